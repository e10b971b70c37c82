#ifndef ANIMATE_ENGINE_BASE_CANCELLATION_H_
#define ANIMATE_ENGINE_BASE_CANCELLATION_H_

#include <atomic>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"

namespace animate {

// Tells long work to stop: because somebody cancelled it, or because its
// deadline has passed. The worker polls Check() between denoising steps and
// decoded frames. Thread-safe.
class CancellationToken {
 public:
  // `clock` must outlive the token.
  explicit CancellationToken(const Clock& clock = Clock::Real())
      : clock_(clock) {}

  // Sets the reason to stop; the first call wins. `reason` must be an error,
  // usually CANCELLED. Returns whether this call was the first.
  bool Cancel(absl::Status reason);

  // Stops the work with DEADLINE_EXCEEDED once clock.Monotonic() reaches
  // `deadline`. absl::InfiniteDuration() (the default) means never.
  void SetDeadline(absl::Duration deadline);
  absl::Duration deadline() const;

  // Returns OK while the work may go on, else why it must stop. Cheap enough
  // to be called from inner loops.
  absl::Status Check() const;

  // Returns whether Cancel has been called (deadlines do not count).
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }

  // Monotonic time of the first Cancel; InfiniteFuture-like
  // absl::InfiniteDuration() before it. For cancel-latency metrics.
  absl::Duration cancel_time() const;

 private:
  const Clock& clock_;
  std::atomic<bool> cancelled_{false};
  mutable Mutex mutex_;
  absl::Status reason_ ABSL_GUARDED_BY(mutex_);
  absl::Duration deadline_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  absl::Duration cancel_time_ ABSL_GUARDED_BY(mutex_) =
      absl::InfiniteDuration();
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_BASE_CANCELLATION_H_
