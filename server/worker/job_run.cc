#include "server/worker/job_run.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/worker/input_decoder.h"
#include "server/worker/job_fingerprint.h"

namespace animate {
namespace {

// How much device time a crash may leave uncounted.
constexpr absl::Duration kUsageInterval = absl::Seconds(5);

JobStage StageOf(EngineStage stage) {
  switch (stage) {
    case EngineStage::kDenoise:
      return JobStage::kDenoising;
    case EngineStage::kVaeDecode:
      return JobStage::kDecoding;
    default:
      return JobStage::kPreparing;
  }
}

JobPhase PhaseOf(EngineStage stage) {
  switch (stage) {
    case EngineStage::kClip:
      return JobPhase::kClip;
    case EngineStage::kVaeEncode:
      return JobPhase::kVaeEncode;
    case EngineStage::kReference:
      return JobPhase::kReference;
    case EngineStage::kPose:
      return JobPhase::kPose;
    case EngineStage::kDenoise:
      return JobPhase::kDenoise;
    case EngineStage::kVaeDecode:
      return JobPhase::kVaeDecode;
  }
  return JobPhase::kDenoise;
}

CancelPhase CancelPhaseOf(JobStage stage) {
  switch (stage) {
    case JobStage::kDenoising:
      return CancelPhase::kDenoising;
    case JobStage::kDecoding:
      return CancelPhase::kDecoding;
    default:
      return CancelPhase::kPreparing;
  }
}

WasteReason WasteReasonOf(const absl::Status& status,
                          const CancellationToken& token) {
  if (token.cancelled()) {
    return GetErrorReason(token.Check()) == "DISCONNECTED"
               ? WasteReason::kDisconnected
               : WasteReason::kCancelled;
  }
  return status.code() == absl::StatusCode::kDeadlineExceeded
             ? WasteReason::kExpired
             : WasteReason::kFailed;
}

absl::Status InternalError(const std::string& message) {
  return MakeError(absl::StatusCode::kInternal, message,
                   {.reason = "INTERNAL"});
}

}  // namespace

JobRun::JobRun(Environment& environment, const Job& job)
    : environment_(environment),
      job_(job),
      usage_time_(environment.clock.Monotonic()),
      earlier_time_(job.earlier.usage.device_time -
                    job.earlier.usage.wasted_device_time),
      checkpoints_(environment.jobs, job, environment.clock,
                   environment.checkpoint_interval),
      encoder_(
          {.format = job.spec->output_format, .quality = job.spec->quality},
          environment.clock,
          [this](const EncodedFrame& frame) { OnEncoded(frame); }) {
  MutexLock lock(mutex_);
  progress_.stage = JobStage::kPreparing;
  progress_.steps = job.spec->animation->num_inference_steps;
  progress_.frames_total = job.spec->animation->num_frames;
  if (job.earlier.checkpoint.has_value()) {
    progress_.step = job.earlier.checkpoint->step;
    progress_.frames_done = job.earlier.frames;
  }
}

absl::Status JobRun::Run() {
  absl::Status status;
  try {
    status = DecodeAndAnimate();
  } catch (const std::exception& error) {
    status = InternalError(absl::StrCat("the job threw: ", error.what()));
    Log(LogSeverity::kError, "job_threw",
        {{"job", job_.name}, {"what", error.what()}});
  } catch (...) {
    status = InternalError("the job threw something that is no exception");
    Log(LogSeverity::kError, "job_threw", {{"job", job_.name}});
  }
  RecordEnd(status);
  return status;
}

absl::Status JobRun::DecodeAndAnimate() {
  Report([](JobProgress&) {});
  ANIMATE_ASSIGN_OR_RETURN(AnimationInput input, Decode());
  ANIMATE_RETURN_IF_ERROR(TakeUp(input));
  absl::Status status = Animate(input);
  if (input.resume.has_value() && GetErrorReason(status) == "BAD_CHECKPOINT") {
    ANIMATE_RETURN_IF_ERROR(StartOver(status));
    input.resume.reset();
    status = Animate(input);
  }
  ANIMATE_RETURN_IF_ERROR(status);
  ANIMATE_RETURN_IF_ERROR(encoder_.Finish());
  MutexLock lock(mutex_);
  ANIMATE_RETURN_IF_ERROR(frame_error_);
  if (progress_.frames_done != progress_.frames_total) {
    return InternalError(absl::StrCat("the animator made ",
                                      progress_.frames_done, " frames, want ",
                                      progress_.frames_total));
  }
  return absl::OkStatus();
}

absl::Status JobRun::CheckJob() const {
  const ModelInfo& model = environment_.animator.info();
  if (!job_.spec->model.empty() && job_.spec->model != model.name) {
    return MakeError(
        absl::StatusCode::kNotFound,
        absl::StrCat("spec.model: \"", job_.spec->model,
                     "\" is no longer served, \"", model.name, "\" is"),
        {.reason = "MODEL_NOT_FOUND"});
  }
  return AnimationSpec::Create(*job_.spec->animation, environment_.limits)
      .status();
}

absl::StatusOr<AnimationInput> JobRun::Decode() {
  ANIMATE_RETURN_IF_ERROR(CheckJob());
  const absl::Duration start = environment_.clock.Monotonic();
  ANIMATE_ASSIGN_OR_RETURN(DecodedInputs decoded,
                           DecodeInputs(job_.inputs, *job_.spec,
                                        {.limits = environment_.limits,
                                         .token = *job_.token,
                                         .detector = environment_.detector,
                                         .clock = environment_.clock}));
  environment_.recorder.PhaseFinished(JobPhase::kInputDecode,
                                      environment_.clock.Monotonic() - start);
  if (job_.inputs.pose_kind == PoseKind::kDrivingVideo) {
    environment_.recorder.PhaseFinished(JobPhase::kTracking, decoded.tracking);
  }
  if (decoded.retarget.has_value()) {
    ReportRetarget(*std::move(decoded.retarget));
  }
  return std::move(decoded.animation);
}

void JobRun::ReportRetarget(RetargetOutcome outcome) {
  const RetargetReport& report = outcome.report;
  Log(LogSeverity::kInfo, "motion_fitted",
      {{"job", job_.name},
       {"mode", RetargetModeName(outcome.mode)},
       {"reference_detected", outcome.reference_detected},
       {"scale", report.global_scale},
       {"root", report.root},
       {"clamped", absl::StrJoin(report.clamped, ",")},
       {"outside", report.outside},
       {"warnings", absl::StrJoin(report.warnings, "; ")}});
  environment_.jobs.ReportRetarget(job_, std::move(outcome));
}

absl::Status JobRun::TakeUp(AnimationInput& input) {
  if (!job_.durable) return absl::OkStatus();
  checkpoints_.Begin(
      JobFingerprint(environment_.build, environment_.animator.info(), input));
  if (!job_.earlier.checkpoint.has_value()) return absl::OkStatus();
  absl::StatusOr<AnimationResumption> resume = checkpoints_.Resume();
  if (!resume.ok()) return StartOver(resume.status());
  Log(LogSeverity::kInfo, "job_resumed",
      {{"job", job_.name},
       {"step", resume->checkpoint.step},
       {"frames", resume->first_frame}});
  environment_.recorder.JobResumed(ResumeResult::kContinued);
  input.resume = *std::move(resume);
  return absl::OkStatus();
}

absl::Status JobRun::StartOver(const absl::Status& why) {
  Log(LogSeverity::kWarning, "job_started_over",
      {{"job", job_.name}, {"message", why.message()}});
  Recorder& recorder = environment_.recorder;
  recorder.JobResumed(ResumeResult::kStartedOver);
  recorder.DeviceTimeWasted(WasteReason::kLost, earlier_time_);
  usage_.wasted_device_time += earlier_time_;
  earlier_time_ = absl::ZeroDuration();
  checkpoints_.StartOver();
  ANIMATE_RETURN_IF_ERROR(environment_.jobs.StartOver(job_));
  Report(
      [](JobProgress& progress) { progress.step = progress.frames_done = 0; });
  return absl::OkStatus();
}

absl::Status JobRun::Animate(const AnimationInput& input) {
  // Counts also when the animator throws.
  struct Stopwatch {
    JobRun& run;
    explicit Stopwatch(JobRun& r) : run(r) {
      run.device_start_ = run.environment_.clock.Monotonic();
    }
    ~Stopwatch() {
      run.usage_.device_time = run.DeviceTime();
      run.device_start_ = absl::InfiniteDuration();
    }
  } const stopwatch(*this);
  return environment_.animator.Animate(input, *job_.token, *this);
}

absl::Duration JobRun::DeviceTime() const {
  const absl::Duration now = environment_.clock.Monotonic();
  return usage_.device_time +
         std::max(now - device_start_, absl::ZeroDuration());
}

void JobRun::ReportUsage() {
  usage_time_ = environment_.clock.Monotonic();
  environment_.jobs.ReportUsage(
      job_, {.device_time = DeviceTime(),
             .wasted_device_time = usage_.wasted_device_time});
}

void JobRun::RecordEnd(const absl::Status& status) {
  Recorder& recorder = environment_.recorder;
  const absl::Duration device_time = usage_.device_time;
  if (device_time > absl::ZeroDuration()) recorder.DeviceTime(device_time);
  if (status.ok()) {
    const AnimationSpec& spec = job_.spec->animation;
    recorder.PhaseFinished(JobPhase::kEncode, encoder_.busy());
    recorder.RealtimeFactor(absl::ToDoubleSeconds(earlier_time_ + device_time) *
                            spec->fps / spec->num_frames);
    return;
  }
  const bool paused = checkpoints_.paused() && status == job_.token->Check();
  const absl::Duration wasted =
      paused ? checkpoints_.LostOf(device_time) : earlier_time_ + device_time;
  usage_.wasted_device_time += wasted;
  recorder.DeviceTimeWasted(
      paused ? WasteReason::kLost : WasteReasonOf(status, *job_.token), wasted);
  const std::string reason = GetErrorReason(status);
  if (reason == "GPU_OOM") recorder.GpuOutOfMemory();
  if (reason == "NAN_OUTPUT") recorder.NanOutput();
  if (job_.token->cancelled()) {
    MutexLock lock(mutex_);
    recorder.CancelLatency(
        CancelPhaseOf(progress_.stage),
        environment_.clock.Monotonic() - job_.token->cancel_time());
  }
}

void JobRun::OnStageStarted(EngineStage stage) {
  Report([stage](JobProgress& progress) { progress.stage = StageOf(stage); });
}

void JobRun::OnStageFinished(EngineStage stage, absl::Duration duration) {
  environment_.recorder.PhaseFinished(PhaseOf(stage), duration);
}

void JobRun::OnStep(int step, int num_steps, absl::Duration duration) {
  environment_.recorder.DenoiseStep(duration);
  if (environment_.clock.Monotonic() - usage_time_ >= kUsageInterval) {
    ReportUsage();
  }
  Report([=](JobProgress& progress) {
    progress.step = step;
    progress.steps = num_steps;
  });
}

void JobRun::OnFrame(int index, RgbImage frame) {
  encoder_.Push(index, std::move(frame));
}

bool JobRun::WantsCheckpoint(CheckpointMoment moment) {
  return checkpoints_.Wants(moment);
}

void JobRun::OnCheckpoint(AnimationCheckpoint checkpoint) {
  checkpoints_.Save(std::move(checkpoint), DeviceTime(), earlier_time_);
  ReportUsage();
}

void JobRun::OnEncoded(const EncodedFrame& frame) {
  environment_.recorder.FrameGenerated();
  if (const absl::Status status = environment_.jobs.ReportFrame(job_, frame);
      !status.ok()) {
    MutexLock lock(mutex_);
    if (frame_error_.ok()) frame_error_ = status;
    return;
  }
  Report([](JobProgress& progress) { ++progress.frames_done; });
}

template <typename Change>
void JobRun::Report(Change change) {
  {
    MutexLock lock(mutex_);
    change(progress_);
    changed_ = true;
    if (reporting_) return;  // that thread will report this change, too
    reporting_ = true;
  }
  // Unlocked, as the observer is called from here.
  while (true) {
    JobProgress progress;
    {
      MutexLock lock(mutex_);
      reporting_ = changed_;
      if (!changed_) return;
      changed_ = false;
      progress = progress_;
    }
    environment_.jobs.ReportProgress(job_, progress);
  }
}

}  // namespace animate
