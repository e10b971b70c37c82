// How StoredJobManager takes jobs in.
#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/queue/job_codec.h"
#include "server/queue/job_errors.h"
#include "server/queue/job_name.h"
#include "server/queue/stored_job_manager.h"

namespace animate {

absl::StatusOr<JobSnapshot> StoredJobManager::Submit(JobSpec spec,
                                                     EncodedInputs inputs,
                                                     JobObserver* observer) {
  Outbox outbox(listener_);
  const RequestKey key(spec.request.principal, spec.request.id);
  const bool named = !key.second.empty();
  if (named) {
    MutexLock lock(mutex_);
    // A repetition waits for what becomes of the request it repeats.
    while (submitting_requests_.contains(key)) submission_done_.Wait(mutex_);
    submitting_requests_.insert(key);
  }
  absl::StatusOr<JobSnapshot> job =
      SubmitOnce(std::move(spec), std::move(inputs), observer, outbox);
  {
    MutexLock lock(mutex_);
    if (named) submitting_requests_.erase(key);
    submission_done_.SignalAll();
    if (!job.ok()) {
      ++submitted_;
      ++refused_[GetErrorReason(job.status())];
      outbox.Tell([why = job.status()](JobListener& l) { l.OnRefused(why); });
    }
  }
  outbox.Send();
  return job;
}

absl::StatusOr<JobSnapshot> StoredJobManager::SubmitOnce(JobSpec spec,
                                                         EncodedInputs inputs,
                                                         JobObserver* observer,
                                                         Outbox& outbox) {
  {
    MutexLock lock(mutex_);
    JobRecord* const same =
        spec.request.id.empty() ? nullptr : table_.FindRequest(spec.request);
    if (same != nullptr) {
      return AnswerRepetition(*same, spec, observer, outbox);
    }
  }
  const int64_t input_bytes = inputs.bytes();
  const int64_t needed_bytes = input_bytes + WorkBytes(spec);
  ANIMATE_ASSIGN_OR_RETURN(std::unique_ptr<SpaceBudget::Reservation> space,
                           Admit(spec, needed_bytes, outbox));
  StoredJob job;
  job.name = NewJobName();
  job.principal = spec.request.principal;
  job.request_id = spec.request.id;
  job.request_digest = spec.request.digest;
  job.spec = EncodeJobSpec(spec);
  job.create_time = clock_.Now();
  // Without locks: inputs are large.
  absl::StatusOr<StoredJob> stored =
      store_.Insert(job, PackInputs(std::move(inputs)));
  MutexLock transition(transition_mutex_);
  std::optional<uint64_t> too_late;
  JobSnapshot snapshot;
  {
    MutexLock lock(mutex_);
    --submitting_;
    books_.EndSubmission(spec.request.principal, needed_bytes);
    if (!stored.ok()) {
      return NotStoredError(stored.status(), backlog().UntilNextJobEnds());
    }
    space->Stored(input_bytes);
    too_late = shut_down_ ? std::optional(stored->number) : std::nullopt;
    snapshot = AddRecord(*std::move(stored), std::move(spec), std::move(space),
                         observer, outbox);
  }
  if (too_late.has_value()) Interrupt(*too_late, outbox);
  return snapshot;
}

absl::StatusOr<JobSnapshot> StoredJobManager::AnswerRepetition(
    JobRecord& record, const JobSpec& spec, JobObserver* observer,
    Outbox& outbox) {
  if (record.snapshot.spec->request.digest != spec.request.digest) {
    return RequestIdReusedError(record.snapshot.name);
  }
  AttachTo(record, observer, outbox);
  return record.snapshot;
}

absl::StatusOr<std::unique_ptr<SpaceBudget::Reservation>>
StoredJobManager::Admit(const JobSpec& spec, int64_t bytes, Outbox& outbox) {
  const std::string& principal = spec.request.principal;
  const PrincipalQuota quota =
      options_.quota_of ? options_.quota_of(principal) : PrincipalQuota();
  MutexLock transition(transition_mutex_);
  ExpireOverdue(outbox);  // makes room
  {
    MutexLock lock(mutex_);
    ANIMATE_RETURN_IF_ERROR(CheckQueue(spec));
    ANIMATE_RETURN_IF_ERROR(books_.Check(principal, quota,
                                         table_.HoldingOf(principal), bytes,
                                         clock_.Monotonic()));
  }
  ANIMATE_ASSIGN_OR_RETURN(std::unique_ptr<SpaceBudget::Reservation> space,
                           ReserveSpace(bytes));
  MutexLock lock(mutex_);
  ++submitting_;
  books_.BeginSubmission(principal, quota, bytes, clock_.Monotonic());
  return space;
}

absl::Status StoredJobManager::CheckQueue(const JobSpec& spec) const {
  if (draining_) return DrainingError("the server is shutting down");
  if (waiting_.size() + submitting_ >= options_.capacity) {
    return QueueFullError(options_.capacity, backlog().UntilNextJobEnds());
  }
  // Only once predictions rest on something measured.
  const absl::Duration wait =
      backlog().UntilStart(spec.priority, clock_.Monotonic());
  if (costs_.measured() && wait > spec.queue_timeout) {
    return DeadlineUnmeetableError(wait, spec.queue_timeout);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SpaceBudget::Reservation>>
StoredJobManager::ReserveSpace(int64_t bytes) {
  while (true) {
    const int64_t stored = store_.used_bytes();
    const absl::StatusOr<int64_t> free = store_.FreeBytes();
    if (!free.ok()) {
      Log(LogSeverity::kWarning, "store_space_unknown",
          {{"message", free.status().message()}});
    }
    // What others write on the same disk is not in the budget.
    const bool fits = !free.ok() || bytes <= *free - space_.promised();
    if (fits) {
      auto space = space_.TryReserve(bytes, stored);
      if (space != nullptr) return space;
    }
    MutexLock lock(mutex_);
    if (!fits && bytes <= space_.capacity()) {
      return DiskFullError(bytes, *free - space_.promised(),
                           backlog().UntilNextJobEnds());
    }
    const std::optional<uint64_t> oldest = table_.OldestUnread();
    if (!fits || store_.durable() || !oldest.has_value()) {
      return SpoolFullError(bytes, stored + space_.promised(),
                            space_.capacity(), backlog().UntilNextJobEnds());
    }
    // Memory goes to jobs rather than to the past; deleting cannot block here.
    ANIMATE_RETURN_IF_ERROR(store_.Delete(table_.Get(*oldest).snapshot.name));
    table_.Forget(*oldest);
  }
}

JobSnapshot StoredJobManager::AddRecord(
    StoredJob job, JobSpec spec,
    std::unique_ptr<SpaceBudget::Reservation> space, JobObserver* observer,
    Outbox& outbox) {
  const absl::Duration now = clock_.Monotonic();
  const Priority priority = spec.priority;
  const absl::Duration start_by = now + spec.queue_timeout;
  JobRecord record;
  record.number = job.number;
  record.snapshot.name = std::move(job.name);
  record.snapshot.principal = std::move(job.principal);
  record.snapshot.spec = std::make_shared<const JobSpec>(std::move(spec));
  record.snapshot.create_time = job.create_time;
  const AnimationSpec& animation = record.snapshot.spec->animation;
  record.snapshot.progress.steps = animation->num_inference_steps;
  record.snapshot.progress.frames_total = animation->num_frames;
  record.submit_time = now;
  record.space = std::move(space);
  record.bytes = record.space->bytes();
  JobRecord& added = table_.Add(std::move(record));
  waiting_.Add(added.number, priority, now, start_by);
  Touch(added);
  AttachTo(added, observer, outbox);
  UpdatePositions(outbox, &added);
  ++submitted_;
  outbox.Tell(
      [snapshot = added.snapshot](JobListener& l) { l.OnSubmitted(snapshot); });
  work_or_drain_.Signal();
  sweep_schedule_changed_.Signal();
  return added.snapshot;
}

void StoredJobManager::AttachTo(JobRecord& record, JobObserver* observer,
                                Outbox& outbox) {
  if (observer == nullptr) return;
  ClearAbandoned(record);
  const std::shared_ptr<ObserverChannel> channel = record.readers.Add(observer);
  if (IsTerminal(record.snapshot.state)) {
    outbox.Finish(channel, record.snapshot);
  }
}

}  // namespace animate
