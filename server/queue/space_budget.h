#ifndef ANIMATE_SERVER_QUEUE_SPACE_BUDGET_H_
#define ANIMATE_SERVER_QUEUE_SPACE_BUDGET_H_

#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"
#include "server/queue/job.h"

namespace animate {

// The most bytes that the frames of a job can need: what admission reserves.
// An estimate for the lossy formats (pure noise at the highest quality).
int64_t MaxOutputBytes(const JobSpec& spec);

// Most bytes that checkpoints of a job will take, for latents like those of
// Stable Diffusion (four values for 64 pixels): two, while one replaces the
// other.
int64_t MaxCheckpointBytes(const JobSpec& spec);

// Bounds what a store holds: what is in it, and what has been promised to jobs
// that have not stored it yet. Space is promised when a job is accepted, so
// that a worker can always store a frame and never waits for a reader.
// Thread-safe.
class SpaceBudget {
 public:
  class Reservation;

  explicit SpaceBudget(int64_t capacity_bytes) : capacity_(capacity_bytes) {}

  // Promises `bytes` beyond the `stored` bytes that are in the store; null when
  // there is no room. Must not outlive the budget.
  std::unique_ptr<Reservation> TryReserve(int64_t bytes, int64_t stored);

  // Promises `bytes` in any case: to a job that was accepted before.
  std::unique_ptr<Reservation> Promise(int64_t bytes);

  int64_t capacity() const { return capacity_; }
  int64_t promised() const;

 private:
  void GiveBack(int64_t bytes);

  const int64_t capacity_;
  mutable Mutex mutex_;
  int64_t promised_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Space promised to one job. Gives back on destruction what was not stored.
// Thread-compatible.
class SpaceBudget::Reservation {
 public:
  Reservation(SpaceBudget& budget, int64_t bytes)
      : budget_(budget), bytes_(bytes), left_(bytes) {}
  ~Reservation() { budget_.GiveBack(left_); }

  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

  // `bytes` of the job are in the store now. More than was promised is no
  // fault.
  void Stored(int64_t bytes);

  // All that was promised.
  int64_t bytes() const { return bytes_; }

 private:
  SpaceBudget& budget_;
  const int64_t bytes_;
  int64_t left_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_SPACE_BUDGET_H_
