#ifndef ANIMATE_SERVER_QUEUE_OUTPUT_BUDGET_H_
#define ANIMATE_SERVER_QUEUE_OUTPUT_BUDGET_H_

#include <cstdint>
#include <memory>
#include <string>

#include "server/queue/job.h"

namespace animate {

// The most memory that the frames of a job can need: what admission reserves.
// An estimate for the lossy formats (pure noise at the highest quality).
int64_t MaxOutputBytes(const JobSpec& spec);

// Bounds the memory of all jobs' inputs and frames. Space is promised when a
// job is accepted, so that a worker can always hand over a frame and never
// waits for a reader. A frame keeps its space until the last reader lets go of
// it, also after the job has ended: a reader that never reads costs admission,
// not memory beyond the budget. Thread-safe.
class OutputBudget {
 public:
  class Reservation;

  explicit OutputBudget(int64_t capacity_bytes);

  // Returns null when fewer than `bytes` are free.
  std::unique_ptr<Reservation> TryReserve(int64_t bytes);

  int64_t capacity() const { return capacity_; }
  int64_t reserved() const;  // promised, including what frames hold
  int64_t used() const;      // held by frames

 private:
  struct State;
  class FrameLease;

  const int64_t capacity_;
  // Shared with reservations and frames, which may outlive the budget.
  std::shared_ptr<State> state_;
};

// Space promised to one job. Gives back on destruction what its frames do not
// hold. Thread-compatible.
class OutputBudget::Reservation {
 public:
  Reservation(std::shared_ptr<State> state, int64_t bytes);
  ~Reservation();
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

  // Returns `data`, accounted for until the last copy of the returned pointer
  // is gone. A frame larger than what is left of the reservation is accepted,
  // and counts.
  std::shared_ptr<const std::string> Hold(
      std::shared_ptr<const std::string> data);

 private:
  std::shared_ptr<State> state_;
  int64_t remaining_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_OUTPUT_BUDGET_H_
