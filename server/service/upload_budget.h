#ifndef ANIMATE_SERVER_SERVICE_UPLOAD_BUDGET_H_
#define ANIMATE_SERVER_SERVICE_UPLOAD_BUDGET_H_

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "engine/base/mutex.h"

namespace animate {

// Bounds the memory of all uploads in progress together: each reserves what it
// has declared before its first chunk. Thread-safe.
class UploadBudget {
 public:
  // Gives its bytes back when it goes. Must not outlive the budget.
  class Reservation {
   public:
    Reservation() = default;
    Reservation(UploadBudget* budget, int64_t bytes)
        : budget_(budget), bytes_(bytes) {}
    Reservation(Reservation&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)),
          bytes_(std::exchange(other.bytes_, 0)) {}
    Reservation& operator=(Reservation&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Reservation() { Release(); }

    // Gives the bytes back now.
    void Release();

   private:
    UploadBudget* budget_ = nullptr;
    int64_t bytes_ = 0;
  };

  explicit UploadBudget(int64_t capacity) : capacity_(capacity) {}

  // RESOURCE_EXHAUSTED with reason SPOOL_FULL and a retry_after when fewer
  // than `bytes` are left.
  absl::StatusOr<Reservation> Reserve(int64_t bytes);

  int64_t reserved() const;

 private:
  const int64_t capacity_;
  mutable Mutex mutex_;
  int64_t reserved_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_UPLOAD_BUDGET_H_
