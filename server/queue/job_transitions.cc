// How StoredJobManager moves jobs from state to state: decided under mutex_,
// stored without it, applied under it.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "server/queue/job_errors.h"
#include "server/queue/stored_job_manager.h"

namespace animate {
namespace {

constexpr absl::Duration kForgetAgainAfter = absl::Minutes(1);

// What could not be stored is true all the same, until the process ends: then
// the job is taken for one that crashed.
void LogUnlessStored(absl::string_view what, const std::string& job,
                     const absl::Status& status) {
  if (status.ok()) return;
  Log(LogSeverity::kError, "store_failed",
      {{"job", job},
       {"what", what},
       {"reason", GetErrorReason(status)},
       {"message", status.message()}});
}

absl::Status InterruptedError() {
  return DrainingError("the server shut down before the job was done");
}

}  // namespace

std::unique_ptr<Job> StoredJobManager::StartNext(Outbox& outbox) {
  auto job = std::make_unique<Job>();
  uint64_t number = 0;
  absl::Time start_time;
  {
    MutexLock lock(mutex_);
    const std::optional<uint64_t> next = waiting_.Next();
    if (!next.has_value() || (draining_ && store_.durable())) return nullptr;
    number = *next;
    const JobSnapshot& snapshot = table_.Get(number).snapshot;
    job->name = snapshot.name;
    // Also where the wall clock was set back, a job starts after its submission
    // and ends after its start.
    start_time = std::max(clock_.Now(), snapshot.create_time);
  }
  LogUnlessStored("start", job->name,
                  store_.RecordStart(job->name, start_time));
  MutexLock lock(mutex_);
  waiting_.Remove(number);
  running_.insert(number);
  JobRecord& record = table_.Get(number);
  const absl::Duration now = clock_.Monotonic();
  job->spec = record.snapshot.spec;
  job->durable = store_.durable();
  job->earlier.frames = record.snapshot.frames;
  job->earlier.usage = record.snapshot.usage;
  job->token = std::make_shared<CancellationToken>(clock_);
  job->token->SetDeadline(now + job->spec->execution_timeout);
  record.token = job->token;
  record.meter.emplace(now, record.snapshot.progress);
  JobSnapshot& snapshot = record.snapshot;
  snapshot.state = JobState::kRunning;
  snapshot.start_time = start_time;
  ++snapshot.attempt;
  snapshot.progress.stage = JobStage::kPreparing;
  snapshot.progress.queue_position = 0;
  snapshot.progress.eta = costs_.PredictTotal(snapshot.spec->animation);
  Touch(record);
  UpdatePositions(outbox);
  outbox.Tell([snapshot, waited = now - record.submit_time](JobListener& l) {
    l.OnStarted(snapshot, waited);
  });
  return job;
}

void StoredJobManager::CancelJob(uint64_t number, const absl::Status& why,
                                 Outbox& outbox) {
  JobSnapshot job;
  {
    MutexLock lock(mutex_);
    job = table_.Get(number).snapshot;
  }
  if (job.state == JobState::kPending) {
    End(number, JobState::kCancelled, why, job.usage, outbox);
    MutexLock lock(mutex_);
    UpdatePositions(outbox);
  } else if (job.state == JobState::kRunning) {
    LogUnlessStored("stop", job.name, store_.RecordStop(job.name, why));
    MutexLock lock(mutex_);
    JobRecord& record = table_.Get(number);
    record.snapshot.state = JobState::kCancelling;
    record.token->Cancel(why);
    ClearAbandoned(record);
    Touch(record);
  }
}

void StoredJobManager::ExpireOverdue(Outbox& outbox) {
  std::vector<uint64_t> overdue;
  {
    MutexLock lock(mutex_);
    overdue = waiting_.Overdue(clock_.Monotonic());
  }
  if (overdue.empty()) return;
  for (const uint64_t number : overdue) {
    JobUsage usage;
    {
      MutexLock lock(mutex_);
      usage = table_.Get(number).snapshot.usage;
    }
    End(number, JobState::kExpired, QueueTimeoutError(), usage, outbox);
  }
  MutexLock lock(mutex_);
  UpdatePositions(outbox);
}

void StoredJobManager::CancelAbandoned(Outbox& outbox) {
  std::vector<uint64_t> due;
  {
    MutexLock lock(mutex_);
    const absl::Duration now = clock_.Monotonic();
    for (const uint64_t number : abandoned_) {
      if (table_.Get(number).abandon_time <= now) due.push_back(number);
    }
  }
  for (const uint64_t number : due) {
    CancelJob(number, JobCancelledError("DISCONNECTED"), outbox);
  }
}

void StoredJobManager::Interrupt(uint64_t number, Outbox& outbox) {
  JobSnapshot job;
  {
    MutexLock lock(mutex_);
    job = table_.Get(number).snapshot;
  }
  const absl::Status why = InterruptedError();
  if (!store_.durable()) {
    if (job.state == JobState::kPending) {
      End(number, JobState::kCancelled, why, job.usage, outbox);
    } else {
      CancelJob(number, why, outbox);
    }
    return;
  }
  MutexLock lock(mutex_);
  JobRecord& record = table_.Get(number);
  if (job.state == JobState::kPending) {
    JobSnapshot last = record.snapshot;
    last.error = why;
    record.readers.Finish(last, outbox);
  } else if (job.state == JobState::kRunning) {
    record.token->Cancel(why);  // Finish does the rest
  }
}

void StoredJobManager::Finish(std::unique_ptr<Job> job,
                              const absl::Status& status,
                              const JobUsage& usage) {
  Outbox outbox(listener_);
  const JobUsage total = job->earlier.usage + usage;
  {
    MutexLock transition(transition_mutex_);
    uint64_t number = 0;
    JobState end = JobState::kFailed;
    bool interrupted = false;
    {
      MutexLock lock(mutex_);
      JobRecord* const record = FindRunning(*job);
      if (record == nullptr) return;
      number = record->number;
      end = EndState(record->snapshot.state, status, record->token->Check());
      interrupted = shut_down_ && store_.durable() &&
                    record->snapshot.state == JobState::kRunning &&
                    status == InterruptedError();
    }
    if (interrupted) {
      Pause(number, total, outbox);
    } else {
      End(number, end, WithReason(status), total, outbox);
    }
  }
  outbox.Send();
}

void StoredJobManager::Pause(uint64_t number, const JobUsage& usage,
                             Outbox& outbox) {
  std::string name;
  {
    MutexLock lock(mutex_);
    name = table_.Get(number).snapshot.name;
  }
  LogUnlessStored("usage", name, store_.RecordUsage(name, usage));
  LogUnlessStored("pause", name, store_.RecordPause(name));
  MutexLock lock(mutex_);
  JobRecord& record = table_.Get(number);
  record.snapshot.state = JobState::kPending;
  record.snapshot.start_time = std::nullopt;
  record.snapshot.usage = usage;
  record.token.reset();
  record.meter.reset();
  running_.erase(number);
  const JobSpec& spec = *record.snapshot.spec;
  waiting_.Add(number, spec.priority, record.submit_time,
               record.submit_time + spec.queue_timeout);
  Touch(record);
  JobSnapshot last = record.snapshot;
  last.error = InterruptedError();
  outbox.Tell([last](JobListener& l) { l.OnPaused(last); });
  record.readers.Finish(last, outbox);
}

void StoredJobManager::End(uint64_t number, JobState state,
                           const absl::Status& error, const JobUsage& usage,
                           Outbox& outbox) {
  JobStore::End end{.state = state, .error = error, .usage = usage};
  std::string name;
  if (state != JobState::kSucceeded) {
    end.usage.wasted_device_time = usage.device_time;
  }
  {
    MutexLock lock(mutex_);
    const JobSnapshot& snapshot = table_.Get(number).snapshot;
    name = snapshot.name;
    // Who runs a job counts what it wastes.
    const absl::Duration lost =
        end.usage.wasted_device_time - usage.wasted_device_time;
    if (!table_.Get(number).meter.has_value() && lost > absl::ZeroDuration()) {
      outbox.Tell(
          [snapshot, lost](JobListener& l) { l.OnWorkLost(snapshot, lost); });
    }
    end.end_time = std::max(clock_.Now(),
                            snapshot.start_time.value_or(snapshot.create_time));
    const absl::Duration ttl = snapshot.spec == nullptr
                                   ? absl::InfiniteDuration()
                                   : snapshot.spec->ttl;
    end.expire_time = end.end_time + std::min(ttl, options_.retention);
  }
  LogUnlessStored("end", name, store_.RecordEnd(name, end));
  MutexLock lock(mutex_);
  ApplyEnd(table_.Get(number), end, outbox);
}

void StoredJobManager::ApplyEnd(JobRecord& record, const JobStore::End& end,
                                Outbox& outbox) {
  const absl::Duration now = clock_.Monotonic();
  waiting_.Remove(record.number);
  running_.erase(record.number);
  orphans_.erase(record.number);
  ClearAbandoned(record);
  JobSnapshot& snapshot = record.snapshot;
  snapshot.state = end.state;
  snapshot.error = end.error;
  snapshot.usage = end.usage;
  snapshot.end_time = end.end_time;
  snapshot.expire_time = end.expire_time;
  snapshot.progress.queue_position = 0;
  snapshot.progress.eta = std::nullopt;
  record.forget_time = now + (end.expire_time - end.end_time);
  record.token.reset();
  record.meter.reset();
  record.space.reset();
  record.bytes = record.frame_bytes;
  record.newest.clear();
  Touch(record);
  ++finished_[{end.state, GetErrorReason(end.error)}];
  outbox.Tell([snapshot, since = now - record.submit_time](JobListener& l) {
    l.OnFinished(snapshot, since);
  });
  record.readers.Finish(snapshot, outbox);
  table_.Retire(record);
  sweep_schedule_changed_.Signal();
}

void StoredJobManager::ForgetOld() {
  std::vector<uint64_t> due;
  {
    MutexLock lock(mutex_);
    due = table_.Forgettable(clock_.Monotonic(), options_.max_finished);
  }
  for (const uint64_t number : due) Forget(number).IgnoreError();
}

absl::Status StoredJobManager::Forget(uint64_t number) {
  std::string name;
  {
    MutexLock lock(mutex_);
    name = table_.Get(number).snapshot.name;
  }
  absl::Status status = store_.Delete(name);
  LogUnlessStored("delete", name, status);
  MutexLock lock(mutex_);
  if (status.ok()) {
    table_.Forget(number);
  } else {
    table_.Get(number).forget_time = clock_.Monotonic() + kForgetAgainAfter;
  }
  return status;
}

}  // namespace animate
