#ifndef ANIMATE_SERVER_QUEUE_QUEUE_STATS_H_
#define ANIMATE_SERVER_QUEUE_QUEUE_STATS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "server/queue/job.h"

namespace animate {

// The books of a job manager at one moment. Always
//   submitted == sum(refused) + sum(waiting) + running + sum(finished).
struct QueueStats {
  int64_t submitted = 0;                   // accepted and refused ones
  std::map<std::string, int64_t> refused;  // by error reason, "QUEUE_FULL"
  std::map<Priority, int64_t> waiting;
  int64_t running = 0;  // cancelling ones included
  // By state and error reason, which is "" for SUCCEEDED.
  std::map<std::pair<JobState, std::string>, int64_t> finished;

  std::optional<absl::Time> oldest_submit_time;  // of those waiting
  absl::Duration estimated_backlog;  // predicted device time, all unfinished

  bool durable = false;               // whether outputs are on a disk
  int64_t output_bytes = 0;           // inputs, frames and checkpoints stored
  int64_t output_reserved_bytes = 0;  // promised to jobs, those included
  int64_t output_capacity_bytes = 0;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_QUEUE_STATS_H_
