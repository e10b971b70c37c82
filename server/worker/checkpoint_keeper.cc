#include "server/worker/checkpoint_keeper.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/queue/checkpoint_codec.h"

namespace animate {

CheckpointKeeper::CheckpointKeeper(JobManager& jobs, const Job& job,
                                   const Clock& clock, absl::Duration interval)
    : jobs_(jobs), job_(job), clock_(clock), interval_(interval) {}

void CheckpointKeeper::Begin(std::string fingerprint) {
  fingerprint_ = std::move(fingerprint);
  last_time_ = clock_.Monotonic();
}

bool CheckpointKeeper::AllSteps(int step) const {
  return step >= job_.spec->animation->num_inference_steps;
}

absl::StatusOr<AnimationResumption> CheckpointKeeper::Resume() {
  const JobCheckpoint& checkpoint = *job_.earlier.checkpoint;
  if (checkpoint.fingerprint != fingerprint_) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the checkpoint was made by something else: ", checkpoint.fingerprint,
        "; this is ", fingerprint_));
  }
  ANIMATE_ASSIGN_OR_RETURN(CheckpointData data,
                           DecodeCheckpoint(checkpoint.data));
  denoised_ = AllSteps(data.animation.step);
  return AnimationResumption{.checkpoint = std::move(data.animation),
                             .first_frame = job_.earlier.frames};
}

bool CheckpointKeeper::Wants(CheckpointMoment moment) const {
  if (fingerprint_.empty()) return false;
  switch (moment) {
    case CheckpointMoment::kStep:
      return interval_ > absl::ZeroDuration() &&
             clock_.Monotonic() - last_time_ >= interval_;
    case CheckpointMoment::kDenoised:
      return true;
    case CheckpointMoment::kStopped:
      return paused();
  }
  return false;
}

void CheckpointKeeper::Save(AnimationCheckpoint checkpoint,
                            absl::Duration run_time,
                            absl::Duration earlier_time) {
  const int step = checkpoint.step;
  if (step == saved_step_) return;
  const absl::Duration start = clock_.Monotonic();
  const absl::Status status = jobs_.SaveCheckpoint(
      job_,
      {.step = step,
       .fingerprint = fingerprint_,
       .data = EncodeCheckpoint({.animation = std::move(checkpoint),
                                 .device_time = earlier_time + run_time})});
  last_time_ = clock_.Monotonic();
  if (!status.ok()) {
    Log(LogSeverity::kWarning, "checkpoint_not_stored",
        {{"job", job_.name},
         {"step", step},
         {"reason", GetErrorReason(status)},
         {"message", status.message()}});
    return;
  }
  saved_step_ = step;
  saved_run_time_ = run_time;
  denoised_ = AllSteps(step);
  Log(LogSeverity::kDebug, "checkpoint_stored",
      {{"job", job_.name},
       {"step", step},
       {"seconds", absl::ToDoubleSeconds(last_time_ - start)}});
}

bool CheckpointKeeper::paused() const {
  return job_.durable && job_.token->cancelled() &&
         GetErrorReason(job_.token->Check()) == "DRAINING";
}

absl::Duration CheckpointKeeper::LostOf(absl::Duration run_time) const {
  return denoised_ ? absl::ZeroDuration() : run_time - saved_run_time_;
}

}  // namespace animate
