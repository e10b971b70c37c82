// How StoredJobManager goes on with what an earlier process left.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/queue/checkpoint_codec.h"
#include "server/queue/job_codec.h"
#include "server/queue/job_errors.h"
#include "server/queue/stored_job_manager.h"

namespace animate {
namespace {

// A job's record as far as the store knows it.
JobRecord RecordOf(const StoredJob& job) {
  JobRecord record;
  record.number = job.number;
  record.bytes = record.frame_bytes = job.frame_bytes;
  JobSnapshot& snapshot = record.snapshot;
  snapshot.name = job.name;
  snapshot.principal = job.principal;
  snapshot.state = job.state;
  snapshot.attempt = job.attempt;
  snapshot.generation = job.generation;
  snapshot.frames = job.frames;
  snapshot.error = job.error;
  snapshot.create_time = job.create_time;
  snapshot.start_time = job.start_time;
  snapshot.end_time = job.end_time;
  snapshot.expire_time = job.expire_time;
  snapshot.usage = job.usage;
  return record;
}

// Takes off what of a job's device time the end of its process has cost.
//   kept: its checkpoint, if there is one.
JobUsage UsageAfterCrash(const StoredJob& job,
                         const std::optional<CheckpointData>& kept,
                         const AnimationSpec& animation) {
  JobUsage usage = job.usage;
  if (!kept.has_value()) {
    usage.wasted_device_time = usage.device_time;
    return usage;
  }
  const absl::Duration useful = usage.device_time - usage.wasted_device_time;
  if (kept->device_time > useful) {  // and the process told no more of it
    usage.device_time += kept->device_time - useful;
  } else if (kept->animation.step < animation->num_inference_steps) {
    usage.wasted_device_time += useful - kept->device_time;
  }
  return usage;
}

// How far a finished job had come.
JobProgress ProgressOf(const StoredJob& job, const AnimationSpec& animation) {
  JobProgress progress;
  progress.steps = animation->num_inference_steps;
  progress.frames_total = animation->num_frames;
  progress.frames_done = job.frames;
  if (job.frames > 0 || job.state == JobState::kSucceeded) {
    progress.stage = JobStage::kDecoding;
    progress.step = progress.steps;
  } else if (job.attempt > 0) {
    progress.stage = JobStage::kPreparing;
  }
  return progress;
}

// Adds spec and report to `record`.
absl::Status Decode(const StoredJob& job, JobRecord& record) {
  ANIMATE_ASSIGN_OR_RETURN(JobSpec spec, DecodeJobSpec(job.spec));
  spec.request = {.principal = job.principal,
                  .id = job.request_id,
                  .digest = job.request_digest};
  record.snapshot.progress = ProgressOf(job, spec.animation);
  record.snapshot.spec = std::make_shared<const JobSpec>(std::move(spec));
  if (job.report.empty()) return absl::OkStatus();
  ANIMATE_ASSIGN_OR_RETURN(RetargetOutcome outcome,
                           DecodeRetargetOutcome(job.report));
  record.snapshot.retarget =
      std::make_shared<const RetargetOutcome>(std::move(outcome));
  return absl::OkStatus();
}

}  // namespace

absl::string_view RecoveryOutcomeName(RecoveryOutcome outcome) {
  switch (outcome) {
    case RecoveryOutcome::kWaits:
      return "waits";
    case RecoveryOutcome::kResumes:
      return "resumes";
    case RecoveryOutcome::kRestarts:
      return "restarts";
    case RecoveryOutcome::kPoisoned:
      return "poisoned";
    case RecoveryOutcome::kCancelled:
      return "cancelled";
    case RecoveryOutcome::kDamaged:
      return "damaged";
  }
  return "unknown";
}

absl::Status StoredJobManager::Recover() {
  ANIMATE_ASSIGN_OR_RETURN(std::vector<StoredJob> jobs, store_.List());
  // Finished jobs in the order of their ends, then the others in the order of
  // their submission.
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const StoredJob& a, const StoredJob& b) {
                     const auto end = [](const StoredJob& job) {
                       return job.end_time.value_or(absl::InfiniteFuture());
                     };
                     return end(a) < end(b);
                   });
  Outbox outbox(listener_);
  {
    MutexLock transition(transition_mutex_);
    absl::Duration latest = -absl::InfiniteDuration();
    for (const StoredJob& job : jobs) {
      ANIMATE_RETURN_IF_ERROR(RecoverJob(job, latest, outbox));
    }
    MutexLock lock(mutex_);
    UpdatePositions(outbox);
    work_or_drain_.SignalAll();
    sweep_schedule_changed_.Signal();
  }
  outbox.Send();
  return absl::OkStatus();
}

absl::Status StoredJobManager::RecoverJob(const StoredJob& job,
                                          absl::Duration& latest,
                                          Outbox& outbox) {
  JobRecord record = RecordOf(job);
  absl::Status fault = Decode(job, record);
  if (GetErrorReason(fault) == "STORE_TOO_NEW") return fault;
  record.submit_time =
      std::min(ToMonotonic(job.create_time), clock_.Monotonic());
  if (!IsTerminal(job.state)) {
    // Also where the wall clock has jumped, the order stays.
    record.submit_time = latest = std::max(latest, record.submit_time);
  }
  {
    MutexLock lock(mutex_);
    JobRecord& added = table_.Add(std::move(record));
    Touch(added);
    if (IsTerminal(job.state)) {
      added.forget_time =
          std::min(ToMonotonic(job.expire_time.value_or(clock_.Now())),
                   clock_.Monotonic() + options_.retention);
      table_.Retire(added);
      return absl::OkStatus();
    }
    ++submitted_;
  }
  return RecoverUnfinished(job, fault, outbox);
}

absl::Status StoredJobManager::RecoverUnfinished(const StoredJob& job,
                                                 const absl::Status& fault,
                                                 Outbox& outbox) {
  RecoveryOutcome outcome = RecoveryOutcome::kWaits;
  absl::Status end;
  if (!fault.ok()) {
    outcome = RecoveryOutcome::kDamaged;
    end = fault;
  } else if (job.state == JobState::kCancelling) {
    outcome = RecoveryOutcome::kCancelled;
    end = job.error;
  } else if (job.crashes >= options_.max_crashes) {
    outcome = RecoveryOutcome::kPoisoned;
    end = PoisonedError(job.crashes);
  }
  std::optional<CheckpointData> kept;
  if (end.ok() && job.attempt > 0) {
    kept = ReadCheckpoint(job.name);
    outcome = kept.has_value() ? RecoveryOutcome::kResumes
                               : RecoveryOutcome::kRestarts;
  }
  {
    MutexLock lock(mutex_);
    outbox.Tell([snapshot = table_.Get(job.number).snapshot, outcome](
                    JobListener& l) { l.OnRecovered(snapshot, outcome); });
  }
  if (end.ok()) return WaitAgain(job, kept, outbox);
  End(job.number,
      outcome == RecoveryOutcome::kCancelled ? JobState::kCancelled
                                             : JobState::kFailed,
      end, job.usage, outbox);
  return absl::OkStatus();
}

std::optional<CheckpointData> StoredJobManager::ReadCheckpoint(
    const std::string& name) const {
  const std::optional<JobCheckpoint> checkpoint = FindCheckpoint(name);
  if (!checkpoint.has_value()) return std::nullopt;
  absl::StatusOr<CheckpointData> data = DecodeCheckpoint(checkpoint->data);
  if (!data.ok()) return std::nullopt;
  return *std::move(data);
}

absl::Status StoredJobManager::WaitAgain(
    const StoredJob& job, const std::optional<CheckpointData>& kept,
    Outbox& outbox) {
  int generation = job.generation;
  if (!kept.has_value() && job.frames > 0) {
    ANIMATE_ASSIGN_OR_RETURN(generation, store_.StartGeneration(job.name));
  }
  JobUsage usage = job.usage;
  if (job.attempt > 0) {
    MutexLock lock(mutex_);
    usage = UsageAfterCrash(job, kept,
                            table_.Get(job.number).snapshot.spec->animation);
  }
  const absl::Duration lost =
      usage.wasted_device_time - job.usage.wasted_device_time;
  if (lost > absl::ZeroDuration()) {
    ANIMATE_RETURN_IF_ERROR(store_.RecordUsage(job.name, usage));
  }
  MutexLock lock(mutex_);
  JobRecord& record = table_.Get(job.number);
  JobSnapshot& snapshot = record.snapshot;
  const JobSpec& spec = *snapshot.spec;
  snapshot.state = JobState::kPending;
  snapshot.start_time = std::nullopt;
  snapshot.generation = generation;
  snapshot.frames = kept.has_value() ? job.frames : 0;
  snapshot.progress = {.step = kept.has_value() ? kept->animation.step : 0,
                       .steps = spec.animation->num_inference_steps,
                       .frames_done = snapshot.frames,
                       .frames_total = spec.animation->num_frames};
  snapshot.usage = usage;
  record.has_frame = snapshot.frames > 0;
  // It was promised, so it gets it, whatever the budget is today.
  record.space = space_.Promise(WorkBytes(spec));
  record.bytes = record.space->bytes();
  waiting_.Add(job.number, spec.priority, record.submit_time,
               record.submit_time + spec.queue_timeout);
  if (spec.on_disconnect == OnDisconnect::kCancel) orphans_.insert(job.number);
  if (lost > absl::ZeroDuration()) {
    outbox.Tell(
        [snapshot, lost](JobListener& l) { l.OnWorkLost(snapshot, lost); });
  }
  return absl::OkStatus();
}

absl::Duration StoredJobManager::ToMonotonic(absl::Time time) const {
  return clock_.Monotonic() + (time - clock_.Now());
}

}  // namespace animate
