#include "server/queue/backlog.h"

#include <algorithm>

namespace animate {

absl::Duration Backlog::RunningRemaining() const {
  absl::Duration remaining;
  for (const uint64_t number : running) {
    const JobSnapshot& job = table.Get(number).snapshot;
    remaining += costs.PredictRemaining(job.spec->animation, job.progress);
  }
  return remaining;
}

absl::Duration Backlog::Total() const {
  return RunningRemaining() + Sum(waiting.InOrder());
}

absl::Duration Backlog::UntilStart(Priority priority,
                                   absl::Duration now) const {
  if (static_cast<int>(running.size()) < slots && waiting.empty()) {
    return absl::ZeroDuration();
  }
  return (RunningRemaining() + Sum(waiting.Before(priority, now))) / slots;
}

absl::Duration Backlog::UntilNextJobEnds() const {
  if (running.empty()) return absl::ZeroDuration();
  absl::Duration earliest = absl::InfiniteDuration();
  for (const uint64_t number : running) {
    const JobSnapshot& job = table.Get(number).snapshot;
    earliest = std::min(
        earliest, costs.PredictRemaining(job.spec->animation, job.progress));
  }
  return earliest;
}

absl::Duration Backlog::Sum(const std::vector<uint64_t>& jobs) const {
  absl::Duration sum;
  for (const uint64_t number : jobs) {
    sum += costs.PredictTotal(table.Get(number).snapshot.spec->animation);
  }
  return sum;
}

}  // namespace animate
