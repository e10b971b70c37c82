#include "server/queue/job_table.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {
namespace {

constexpr int kMaxPageSize = 1000;

// What the caller gave the request; null without a spec (it was unreadable).
const RequestIdentity* RequestOf(const JobRecord& record) {
  const JobSpec* const spec = record.snapshot.spec.get();
  return spec == nullptr || spec->request.id.empty() ? nullptr : &spec->request;
}

}  // namespace

JobRecord& JobTable::Add(JobRecord record) {
  auto owned = std::make_unique<JobRecord>(std::move(record));
  JobRecord& stored = *owned;
  by_name_.emplace(stored.snapshot.name, &stored);
  if (const RequestIdentity* const request = RequestOf(stored)) {
    by_request_.emplace(RequestKey(request->principal, request->id), &stored);
  }
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

JobRecord* JobTable::FindRequest(const RequestIdentity& request) {
  const auto found =
      by_request_.find(RequestKey(request.principal, request.id));
  return found == by_request_.end() ? nullptr : found->second;
}

std::vector<uint64_t> JobTable::Forgettable(absl::Duration now,
                                            int max_finished) const {
  std::vector<uint64_t> due;
  auto surplus = static_cast<int64_t>(finished_.size()) - max_finished;
  for (const uint64_t number : finished_) {
    if (surplus-- > 0 || Get(number).forget_time <= now) due.push_back(number);
  }
  return due;
}

std::optional<uint64_t> JobTable::OldestUnread() const {
  for (const uint64_t number : finished_) {
    if (Get(number).readers.empty()) return number;
  }
  return std::nullopt;
}

void JobTable::Forget(uint64_t number) {
  const auto record = records_.find(number);
  late_readers_.emplace(record->second->snapshot.name,
                        std::move(record->second->readers));
  for (auto late = late_readers_.begin(); late != late_readers_.end();) {
    late->second.DropThoseWhoAreOver();
    late = late->second.empty() ? late_readers_.erase(late) : std::next(late);
  }
  by_name_.erase(record->second->snapshot.name);
  if (const RequestIdentity* const request = RequestOf(*record->second)) {
    by_request_.erase(RequestKey(request->principal, request->id));
  }
  records_.erase(record);
  finished_.erase(std::remove(finished_.begin(), finished_.end(), number),
                  finished_.end());
}

std::shared_ptr<ObserverChannel> JobTable::RemoveReader(const std::string& name,
                                                        JobObserver* observer) {
  JobRecord* const record = Find(name);
  if (record != nullptr) return record->readers.Remove(observer);
  const auto late = late_readers_.find(name);
  return late == late_readers_.end() ? nullptr : late->second.Remove(observer);
}

PrincipalBooks::Holding JobTable::HoldingOf(
    const std::string& principal) const {
  PrincipalBooks::Holding holding;
  for (const auto& [number, record] : records_) {
    const JobSnapshot& job = record->snapshot;
    if (job.principal != principal) continue;
    holding.bytes += record->bytes;
    if (job.state == JobState::kPending) ++holding.waiting;
    if (!IsTerminal(job.state)) ++holding.unfinished;
  }
  return holding;
}

absl::Duration JobTable::next_forget_time() const {
  absl::Duration next = absl::InfiniteDuration();
  for (const uint64_t number : finished_) {
    next = std::min(next, Get(number).forget_time);
  }
  return next;
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
    if (options.principal.has_value() && job.principal != *options.principal) {
      continue;
    }
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
