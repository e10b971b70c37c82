#include "server/store/memory_job_store.h"

#include <algorithm>
#include <utility>

#include "engine/base/status_macros.h"
#include "server/store/store_error.h"

namespace animate {

int64_t MemoryJobStore::Entry::bytes() const {
  int64_t bytes = 0;
  for (const std::string& part : inputs.value_or(StoredInputs())) {
    bytes += static_cast<int64_t>(part.size());
  }
  for (const EncodedFrame& frame : frames) {
    bytes += static_cast<int64_t>(frame.data->size());
  }
  if (checkpoint.has_value()) {
    bytes += static_cast<int64_t>(checkpoint->data.size());
  }
  return bytes;
}

absl::StatusOr<const MemoryJobStore::Entry*> MemoryJobStore::Find(
    const std::string& name) const {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return NoSuchJobError(name);
  return &entry->second;
}

absl::StatusOr<MemoryJobStore::Entry*> MemoryJobStore::Find(
    const std::string& name) {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return NoSuchJobError(name);
  return &entry->second;
}

const MemoryJobStore::Entry* MemoryJobStore::FindRequestEntry(
    const std::string& principal, const std::string& request_id) const {
  if (request_id.empty()) return nullptr;
  for (const auto& [name, entry] : entries_) {
    if (entry.job.request_id == request_id &&
        entry.job.principal == principal) {
      return &entry;
    }
  }
  return nullptr;
}

absl::StatusOr<StoredJob> MemoryJobStore::Insert(const StoredJob& job,
                                                 const StoredInputs& inputs) {
  MutexLock lock(mutex_);
  if (entries_.count(job.name) != 0) return JobExistsError(job.name);
  const Entry* const same = FindRequestEntry(job.principal, job.request_id);
  if (same != nullptr) return JobExistsError(same->job.name);
  Entry entry;
  entry.job.number = ++last_number_;
  entry.job.name = job.name;
  entry.job.principal = job.principal;
  entry.job.request_id = job.request_id;
  entry.job.request_digest = job.request_digest;
  entry.job.spec = job.spec;
  entry.job.create_time = job.create_time;
  entry.inputs = inputs;
  used_bytes_ += entry.bytes();
  return (entries_[job.name] = std::move(entry)).job;
}

absl::StatusOr<StoredJob> MemoryJobStore::Get(const std::string& name) const {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(const Entry* const entry, Find(name));
  return entry->job;
}

absl::StatusOr<std::optional<StoredJob>> MemoryJobStore::FindRequest(
    const std::string& principal, const std::string& request_id) const {
  MutexLock lock(mutex_);
  const Entry* const entry = FindRequestEntry(principal, request_id);
  if (entry == nullptr) return std::nullopt;
  return entry->job;
}

absl::StatusOr<std::vector<StoredJob>> MemoryJobStore::List() const {
  MutexLock lock(mutex_);
  std::vector<StoredJob> jobs;
  jobs.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) jobs.push_back(entry.job);
  std::sort(jobs.begin(), jobs.end(),
            [](const StoredJob& a, const StoredJob& b) {
              return a.number < b.number;
            });
  return jobs;
}

absl::StatusOr<StoredInputs> MemoryJobStore::ReadInputs(
    const std::string& name) const {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(const Entry* const entry, Find(name));
  if (!entry->inputs.has_value()) return InputsGoneError(name);
  return *entry->inputs;
}

absl::Status MemoryJobStore::RecordStart(const std::string& name,
                                         absl::Time start_time) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(Entry* const entry, Find(name));
  entry->job.state = JobState::kRunning;
  entry->job.start_time = start_time;
  ++entry->job.attempt;
  ++entry->job.crashes;
  return absl::OkStatus();
}

absl::Status MemoryJobStore::RecordStop(const std::string& name,
                                        const absl::Status& why) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(Entry* const entry, Find(name));
  entry->job.state = JobState::kCancelling;
  entry->job.error = why;
  return absl::OkStatus();
}

absl::Status MemoryJobStore::RecordReport(const std::string& name,
                                          const std::string& report) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(Entry* const entry, Find(name));
  entry->job.report = report;
  return absl::OkStatus();
}

absl::Status MemoryJobStore::RecordUsage(const std::string& name,
                                         const JobUsage& usage) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(Entry* const entry, Find(name));
  entry->job.usage = usage;
  return absl::OkStatus();
}

absl::Status MemoryJobStore::RecordPause(const std::string& name) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(Entry* const entry, Find(name));
  entry->job.state = JobState::kPending;
  entry->job.start_time = std::nullopt;
  entry->job.crashes = 0;
  return absl::OkStatus();
}

absl::Status MemoryJobStore::RecordEnd(const std::string& name,
                                       const End& end) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(Entry* const entry, Find(name));
  entry->job.state = end.state;
  entry->job.error = end.error;
  entry->job.usage = end.usage;
  entry->job.end_time = end.end_time;
  entry->job.expire_time = end.expire_time;
  entry->job.crashes = 0;
  used_bytes_ -= entry->bytes();
  entry->inputs.reset();
  entry->checkpoint.reset();
  used_bytes_ += entry->bytes();
  return absl::OkStatus();
}

absl::StatusOr<int> MemoryJobStore::StartGeneration(const std::string& name) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(Entry* const entry, Find(name));
  used_bytes_ -= entry->bytes();
  entry->frames.clear();
  entry->job.frames = 0;
  entry->job.frame_bytes = 0;
  entry->checkpoint.reset();
  used_bytes_ += entry->bytes();
  return ++entry->job.generation;
}

absl::Status MemoryJobStore::AppendFrame(const std::string& name,
                                         const EncodedFrame& frame) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(Entry* const entry, Find(name));
  if (frame.index != entry->job.frames) {
    return FrameOrderError(name, frame.index, entry->job.frames);
  }
  entry->frames.push_back(frame);
  used_bytes_ += static_cast<int64_t>(frame.data->size());
  ++entry->job.frames;
  entry->job.frame_bytes += static_cast<int64_t>(frame.data->size());
  return absl::OkStatus();
}

absl::StatusOr<EncodedFrame> MemoryJobStore::ReadFrame(const std::string& name,
                                                       int index) const {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(const Entry* const entry, Find(name));
  if (index < 0 || index >= entry->job.frames) {
    return FrameRangeError(name, index, entry->job.frames);
  }
  return entry->frames[static_cast<size_t>(index)];
}

absl::Status MemoryJobStore::SaveCheckpoint(const std::string& name,
                                            const JobCheckpoint& checkpoint) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(Entry* const entry, Find(name));
  used_bytes_ -= entry->bytes();
  entry->checkpoint = checkpoint;
  used_bytes_ += entry->bytes();
  entry->checkpoint->generation = entry->job.generation;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<JobCheckpoint>> MemoryJobStore::LoadCheckpoint(
    const std::string& name) const {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(const Entry* const entry, Find(name));
  return entry->checkpoint;
}

absl::Status MemoryJobStore::Delete(const std::string& name) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(const Entry* const entry, Find(name));
  used_bytes_ -= entry->bytes();
  entries_.erase(name);
  return absl::OkStatus();
}

int64_t MemoryJobStore::used_bytes() const {
  MutexLock lock(mutex_);
  return used_bytes_;
}

}  // namespace animate
