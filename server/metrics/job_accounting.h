#ifndef ANIMATE_SERVER_METRICS_JOB_ACCOUNTING_H_
#define ANIMATE_SERVER_METRICS_JOB_ACCOUNTING_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"

namespace animate {

// The books of the job queue at one moment, taken under one lock, so that
//   submitted == sum(rejected) + sum(waiting) + running + sum(finished)
// holds in every scrape and not only on average.
struct JobAccounting {
  int64_t submitted = 0;  // accepted and refused ones together
  std::map<std::string, int64_t> rejected;  // by reason, "queue_full"
  std::map<std::string, int64_t> waiting;   // by priority, "normal"
  int64_t running = 0;
  // By state and reason: {"failed", "gpu_oom"}.
  std::map<std::pair<std::string, std::string>, int64_t> finished;

  std::optional<absl::Time> oldest_submit_time;  // of those waiting
  absl::Duration estimated_backlog;  // predicted device time, all unfinished

  std::string output_tier = "ram";    // where outputs are kept; or "disk"
  int64_t output_bytes = 0;           // inputs, frames and checkpoints kept
  int64_t output_reserved_bytes = 0;  // promised to accepted jobs, with those
  int64_t output_capacity_bytes = 0;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_JOB_ACCOUNTING_H_
