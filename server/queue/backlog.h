#ifndef ANIMATE_SERVER_QUEUE_BACKLOG_H_
#define ANIMATE_SERVER_QUEUE_BACKLOG_H_

#include <cstdint>
#include <set>
#include <vector>

#include "absl/time/time.h"
#include "server/queue/cost_model.h"
#include "server/queue/job_table.h"
#include "server/queue/waiting_jobs.h"

namespace animate {

// Predictions about the work accepted and not yet done: a view, made where it
// is used, of what a job manager knows. Everything referred to must outlive it.
struct Backlog {
  const JobTable& table;
  const WaitingJobs& waiting;
  const std::set<uint64_t>& running;
  const CostModel& costs;
  int slots = 1;  // jobs that run at once

  // Device time left of the running jobs.
  absl::Duration RunningRemaining() const;

  // Device time of everything that runs or waits.
  absl::Duration Total() const;

  // Wait of a job of `priority` submitted at monotonic time `now`.
  absl::Duration UntilStart(Priority priority, absl::Duration now) const;

  // Until a waiting job can start and leaves room; zero when nothing runs.
  absl::Duration UntilNextJobEnds() const;

 private:
  absl::Duration Sum(const std::vector<uint64_t>& jobs) const;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_BACKLOG_H_
