#include "server/queue/waiting_jobs.h"

#include <algorithm>

namespace animate {
namespace {

int Level(Priority priority) {
  switch (priority) {
    case Priority::kInteractive:
      return 0;
    case Priority::kNormal:
      return 1;
    case Priority::kBatch:
      return 2;
  }
  return 1;
}

}  // namespace

void WaitingJobs::Add(uint64_t job, Priority priority, absl::Duration now,
                      absl::Duration start_by) {
  const Rank rank(now + Level(priority) * ageing_, job);
  order_.emplace(rank, start_by);
  ranks_.emplace(job, rank);
}

std::optional<uint64_t> WaitingJobs::Next() const {
  if (order_.empty()) return std::nullopt;
  return std::get<uint64_t>(order_.begin()->first);
}

std::optional<uint64_t> WaitingJobs::TakeNext() {
  const std::optional<uint64_t> job = Next();
  if (job.has_value()) Remove(*job);
  return job;
}

bool WaitingJobs::Remove(uint64_t job) {
  const auto rank = ranks_.find(job);
  if (rank == ranks_.end()) return false;
  order_.erase(rank->second);
  ranks_.erase(rank);
  return true;
}

std::vector<uint64_t> WaitingJobs::Overdue(absl::Duration now) const {
  std::vector<uint64_t> overdue;
  for (const auto& [rank, start_by] : order_) {
    if (start_by <= now) overdue.push_back(std::get<uint64_t>(rank));
  }
  return overdue;
}

absl::Duration WaitingJobs::next_deadline() const {
  absl::Duration earliest = absl::InfiniteDuration();
  for (const auto& [rank, start_by] : order_) {
    earliest = std::min(earliest, start_by);
  }
  return earliest;
}

std::vector<uint64_t> WaitingJobs::InOrder() const {
  std::vector<uint64_t> jobs;
  jobs.reserve(order_.size());
  for (const auto& [rank, start_by] : order_) {
    jobs.push_back(std::get<uint64_t>(rank));
  }
  return jobs;
}

std::vector<uint64_t> WaitingJobs::Before(Priority priority,
                                          absl::Duration now) const {
  const absl::Duration rank = now + Level(priority) * ageing_;
  std::vector<uint64_t> jobs;
  for (const auto& [other, start_by] : order_) {
    if (std::get<absl::Duration>(other) > rank) break;
    jobs.push_back(std::get<uint64_t>(other));
  }
  return jobs;
}

}  // namespace animate
