#include "server/queue/job_table.h"

#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {
namespace {

constexpr int kMaxPageSize = 1000;

}  // namespace

JobRecord& JobTable::Add(JobRecord record) {
  record.number = ++last_number_;
  auto owned = std::make_unique<JobRecord>(std::move(record));
  JobRecord& stored = *owned;
  by_name_.emplace(stored.snapshot.name, &stored);
  records_.emplace(stored.number, std::move(owned));
  return stored;
}

JobRecord* JobTable::Find(const std::string& name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const JobRecord* JobTable::Find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

void JobTable::Retire(const JobRecord& record) {
  finished_.push_back(record.number);
}

void JobTable::Forget(absl::Duration now, int max_finished) {
  while (!finished_.empty() &&
         (static_cast<int>(finished_.size()) > max_finished ||
          Get(finished_.front()).forget_time <= now)) {
    const auto record = records_.find(finished_.front());
    by_name_.erase(record->second->snapshot.name);
    records_.erase(record);
    finished_.pop_front();
  }
}

absl::Duration JobTable::next_forget_time() const {
  return finished_.empty() ? absl::InfiniteDuration()
                           : Get(finished_.front()).forget_time;
}

absl::StatusOr<JobManager::JobPage> JobTable::List(
    const JobManager::ListOptions& options) const {
  if (options.page_size < 1 || options.page_size > kMaxPageSize) {
    return FieldError("page_size",
                      absl::StrCat("got ", options.page_size,
                                   ", must be in [1, ", kMaxPageSize, "]"));
  }
  // A token is the number of the last job of the page before: pages stay
  // right while jobs come and go.
  uint64_t before = std::numeric_limits<uint64_t>::max();
  if (!options.page_token.empty() &&
      !absl::SimpleAtoi(options.page_token, &before)) {
    return FieldError("page_token",
                      "must be the next_page_token of an earlier answer");
  }
  JobManager::JobPage page;
  uint64_t last = 0;
  for (auto it = std::make_reverse_iterator(records_.lower_bound(before));
       it != records_.rend(); ++it) {
    const JobSnapshot& job = it->second->snapshot;
    if (options.state.has_value() && job.state != *options.state) continue;
    if (static_cast<int>(page.jobs.size()) == options.page_size) {
      page.next_page_token = absl::StrCat(last);
      break;
    }
    page.jobs.push_back(job);
    last = it->first;
  }
  return page;
}

}  // namespace animate
