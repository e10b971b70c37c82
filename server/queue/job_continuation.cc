// How StoredJobManager lets an attempt go on where an earlier one was broken
// off.
#include <utility>

#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/queue/stored_job_manager.h"

namespace animate {

std::optional<JobCheckpoint> StoredJobManager::FindCheckpoint(
    const std::string& name) const {
  absl::StatusOr<std::optional<JobCheckpoint>> checkpoint =
      store_.LoadCheckpoint(name);
  if (checkpoint.ok()) return *std::move(checkpoint);
  Log(LogSeverity::kWarning, "checkpoint_unreadable",
      {{"job", name},
       {"reason", GetErrorReason(checkpoint.status())},
       {"message", checkpoint.status().message()}});
  return std::nullopt;
}

absl::Status StoredJobManager::TakeUpEarlierWork(Job& job) {
  if (!job.durable) return absl::OkStatus();
  job.earlier.checkpoint = FindCheckpoint(job.name);
  if (job.earlier.checkpoint.has_value() || job.earlier.frames == 0) {
    return absl::OkStatus();
  }
  ANIMATE_RETURN_IF_ERROR(StartOver(job));
  job.earlier.frames = 0;
  return absl::OkStatus();
}

absl::Status StoredJobManager::SaveCheckpoint(const Job& job,
                                              const JobCheckpoint& checkpoint) {
  {
    MutexLock lock(mutex_);
    if (FindRunning(job) == nullptr) return absl::OkStatus();
  }
  return store_.SaveCheckpoint(job.name, checkpoint);
}

void StoredJobManager::ReportUsage(const Job& job, const JobUsage& usage) {
  const JobUsage total = job.earlier.usage + usage;
  {
    MutexLock lock(mutex_);
    JobRecord* const record = FindRunning(job);
    if (record == nullptr) return;
    record->snapshot.usage = total;
  }
  if (!job.durable) return;
  if (const absl::Status status = store_.RecordUsage(job.name, total);
      !status.ok()) {
    Log(LogSeverity::kWarning, "usage_not_stored",
        {{"job", job.name}, {"message", status.message()}});
  }
}

absl::Status StoredJobManager::StartOver(const Job& job) {
  Outbox outbox(listener_);
  {
    MutexLock transition(transition_mutex_);
    {
      MutexLock lock(mutex_);
      const JobRecord* const record = FindRunning(job);
      if (record == nullptr || record->snapshot.frames == 0) {
        return absl::OkStatus();
      }
    }
    ANIMATE_ASSIGN_OR_RETURN(const int generation,
                             store_.StartGeneration(job.name));
    MutexLock lock(mutex_);
    JobRecord& record = *table_.Find(job.name);
    record.snapshot.generation = generation;
    record.snapshot.frames = 0;
    record.has_frame = false;
    record.newest.clear();
    Touch(record);
    record.readers.PostReset(record.snapshot, outbox);
  }
  outbox.Send();
  return absl::OkStatus();
}

}  // namespace animate
