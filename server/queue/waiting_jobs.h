#ifndef ANIMATE_SERVER_QUEUE_WAITING_JOBS_H_
#define ANIMATE_SERVER_QUEUE_WAITING_JOBS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "absl/time/time.h"
#include "server/queue/job.h"

namespace animate {

// The order in which waiting jobs are run: by priority, and within one by age.
// Waiting raises a job: after `ageing` a normal job ranks as an interactive one
// submitted just now, after twice that a batch job does, so nothing starves.
// Jobs are named by their submission number. Thread-compatible.
class WaitingJobs {
 public:
  explicit WaitingJobs(absl::Duration ageing) : ageing_(ageing) {}

  // `now`: monotonic time of submission. `start_by`: monotonic time by which
  // the job must have been taken, absl::InfiniteDuration() for never.
  void Add(uint64_t job, Priority priority, absl::Duration now,
           absl::Duration start_by);

  // The next job to be run; nullopt when there is none.
  std::optional<uint64_t> Next() const;

  // Removes and returns the next job; nullopt when there is none.
  std::optional<uint64_t> TakeNext();

  // Returns whether the job was waiting.
  bool Remove(uint64_t job);

  // The jobs whose start_by is not after `now`.
  std::vector<uint64_t> Overdue(absl::Duration now) const;

  // The earliest start_by; absl::InfiniteDuration() when there is none.
  absl::Duration next_deadline() const;

  // In the order in which they will be taken.
  std::vector<uint64_t> InOrder() const;

  // Those that would be taken before a job added now.
  std::vector<uint64_t> Before(Priority priority, absl::Duration now) const;

  int size() const { return static_cast<int>(order_.size()); }
  bool empty() const { return order_.empty(); }

 private:
  // Ageing moves all keys alike, so the order never changes: a job's rank is
  // its time of submission plus one `ageing` per level below interactive.
  using Rank = std::tuple<absl::Duration, uint64_t>;

  const absl::Duration ageing_;
  std::map<Rank, absl::Duration> order_;  // to start_by
  std::map<uint64_t, Rank> ranks_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_WAITING_JOBS_H_
