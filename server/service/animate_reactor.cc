#include "server/service/animate_reactor.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/service/grpc_status.h"
#include "server/service/pose_conversion.h"
#include "server/service/proto_conversion.h"
#include "server/service/request_parser.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

constexpr char kMethod[] = "animate.v1.AnimationService/Animate";

// What a refusal counts as; the queue counts its own.
RejectReason ToRejectReason(const absl::Status& why) {
  const std::string reason = GetErrorReason(why);
  if (reason == "NOT_READY") return RejectReason::kNotReady;
  if (reason == "DRAINING") return RejectReason::kDraining;
  if (reason == "SPOOL_FULL") return RejectReason::kSpoolFull;
  switch (why.code()) {
    case absl::StatusCode::kDeadlineExceeded:
      return RejectReason::kDeadline;
    case absl::StatusCode::kResourceExhausted:
      return RejectReason::kQuota;
    default:
      return RejectReason::kInvalid;
  }
}

absl::Status UploadTimeoutError(absl::Duration timeout) {
  return MakeError(absl::StatusCode::kDeadlineExceeded,
                   absl::StrCat("the upload was not complete after ",
                                absl::FormatDuration(timeout)),
                   {.reason = "UPLOAD_TIMEOUT"});
}

}  // namespace

AnimateReactor* AnimateReactor::Create(grpc::CallbackServerContext& context,
                                       const ServiceEnvironment& environment) {
  return new AnimateReactor(context, environment);
}

AnimateReactor::AnimateReactor(grpc::CallbackServerContext& context,
                               const ServiceEnvironment& environment)
    : context_(context),
      environment_(environment),
      start_time_(environment.clock.Monotonic()),
      outbox_(kMaxFramePartBytes) {
  environment_.recorder.RpcStarted(kMethod);
  environment_.recorder.StreamOpened();
  MutexLock lock(mutex_);
  if (absl::Status admission = environment_.serving.Admission();
      !admission.ok()) {
    environment_.recorder.JobRejected(ToRejectReason(admission));
    FinishWith(admission);
    return;
  }
  SetAlarm(environment_.upload_timeout);
  StartRead(&request_);
}

// --- The upload -------------------------------------------------------------

void AnimateReactor::OnReadDone(bool ok) {
  if (!ok) {
    OnHalfClose();
    return;
  }
  MutexLock lock(mutex_);
  if (failure_.has_value() || outcome_.has_value()) return;
  bytes_received_ += static_cast<int64_t>(request_.ByteSizeLong());
  if (absl::Status status = TakeRequest(); !status.ok()) {
    Refuse(status);
    return;
  }
  StartRead(&request_);
}

absl::Status AnimateReactor::TakeRequest() {
  switch (request_.payload_case()) {
    case v1::AnimateRequest::kStart:
      return TakeStart();
    case v1::AnimateRequest::kChunk:
      return TakeChunk();
    case v1::AnimateRequest::kAck:
      return MakeError(
          absl::StatusCode::kUnimplemented,
          "ack: resuming a stream is not something this server can do",
          {.reason = "CAPABILITY_UNSUPPORTED",
           .field_violations = {{"ack", "needs RESUMABLE_STREAMS"}}});
    case v1::AnimateRequest::PAYLOAD_NOT_SET:
      break;
  }
  return FieldError("payload", "is required");
}

absl::Status AnimateReactor::TakeStart() {
  if (phase_ != Phase::kAwaitingStart) {
    return FieldError("start", "was sent before; there is one per stream",
                      "SECOND_START");
  }
  ANIMATE_ASSIGN_OR_RETURN(
      ParsedStart start,
      ParseStart(request_.start(), *environment_.serving.offer(),
                 RandomSeed()));
  ANIMATE_ASSIGN_OR_RETURN(
      upload_memory_, environment_.uploads.Reserve(
                          static_cast<int64_t>(start.manifest.total_bytes)));
  fps_ = start.spec.animation->fps;
  spec_ = std::move(start.spec);
  upload_.emplace(start.manifest,
                  environment_.serving.offer()->limits.max_chunk_bytes);
  phase_ = Phase::kUploading;
  return absl::OkStatus();
}

absl::Status AnimateReactor::TakeChunk() {
  if (phase_ == Phase::kAwaitingStart) {
    return FieldError("start", "must be the first message", "START_EXPECTED");
  }
  return upload_->Add(std::move(*request_.mutable_chunk()));
}

// A read fails at half-close, and also when the caller is gone.
void AnimateReactor::OnHalfClose() {
  std::optional<JobSpec> spec;
  EncodedInputs inputs;
  {
    MutexLock lock(mutex_);
    if (failure_.has_value() || outcome_.has_value()) return;
    if (context_.IsCancelled()) return;  // OnCancel deals with it
    absl::StatusOr<EncodedInputs> upload = EndUpload();
    if (!upload.ok()) {
      Refuse(upload.status());
      return;
    }
    inputs = *std::move(upload);
    spec = std::move(spec_);
    phase_ = Phase::kSubmitting;
  }
  environment_.recorder.PhaseFinished(
      JobPhase::kIngest, environment_.clock.Monotonic() - start_time_);
  Ref();  // the job's, until OnFinished
  const absl::StatusOr<JobSnapshot> job =
      environment_.jobs.Submit(*std::move(spec), std::move(inputs), this);
  if (!job.ok()) Unref();
  OnSubmitted(job);
}

absl::StatusOr<EncodedInputs> AnimateReactor::EndUpload() {
  if (phase_ == Phase::kAwaitingStart) {
    return FieldError("start", "must be the first message", "START_EXPECTED");
  }
  ANIMATE_ASSIGN_OR_RETURN(EncodedInputs inputs, upload_->Finish());
  const AnimationSpec& animation = spec_->animation;
  if (inputs.pose_kind == PoseKind::kImages) {
    inputs.poses.resize(static_cast<size_t>(animation->num_frames));
  }
  if (inputs.pose_kind == PoseKind::kKeypoints) {
    ANIMATE_ASSIGN_OR_RETURN(
        inputs.keypoints,
        ParsePoseSequence(
            inputs.poses.front(), "inputs.poses[0]",
            {.num_frames = animation->num_frames, .fps = animation->fps}));
    inputs.poses.clear();
  }
  return inputs;
}

void AnimateReactor::OnSubmitted(const absl::StatusOr<JobSnapshot>& job) {
  bool abandoned = false;
  {
    MutexLock lock(mutex_);
    upload_memory_.Release();  // the queue accounts for the bytes now
    upload_.reset();
    if (job.ok()) {
      job_name_ = job->name;
      phase_ = Phase::kStreaming;
      outbox_.PutAccepted(*job);
      if (!outcome_.has_value()) SetAlarm(environment_.heartbeat_interval);
      abandoned = abandoned_;
    } else if (!failure_.has_value()) {
      failure_ = job.status();
    }
    Pump();
  }
  if (abandoned)
    environment_.jobs.Cancel(job->name, "DISCONNECTED").IgnoreError();
}

void AnimateReactor::Refuse(const absl::Status& why) {
  failure_ = why;
  environment_.recorder.JobRejected(ToRejectReason(why));
  Log(LogSeverity::kInfo, "request_refused",
      {{"peer", context_.peer()},
       {"reason", GetErrorReason(why)},
       {"error", std::string(why.message())}});
  Pump();
}

// --- The job's reports ------------------------------------------------------

void AnimateReactor::OnProgress(const JobProgress& progress) {
  MutexLock lock(mutex_);
  if (outcome_.has_value()) return;
  outbox_.PutProgress(progress);
  Pump();
}

void AnimateReactor::OnFrame(const EncodedFrame& frame) {
  MutexLock lock(mutex_);
  if (outcome_.has_value()) return;  // nobody will read it
  outbox_.PutFrame(frame);
  Pump();
}

void AnimateReactor::OnFinished(const JobSnapshot& job) {
  {
    MutexLock lock(mutex_);
    job_error_ = job.error;
    outbox_.PutFinal(job);
    Pump();
  }
  Unref();
}

// --- The answer -------------------------------------------------------------

void AnimateReactor::Pump() {
  if (writing_ || outcome_.has_value()) return;
  if (failure_.has_value()) {
    FinishWith(*failure_);
    return;
  }
  if (const std::optional<FrameOutbox::Event> event = outbox_.Next();
      event.has_value()) {
    Write(*event);
  } else if (outbox_.done()) {
    FinishWith(job_error_);
  }
}

void AnimateReactor::Write(const FrameOutbox::Event& event) {
  response_.Clear();
  ends_frame_ = false;
  if (const auto* job = std::get_if<JobSnapshot>(&event)) {
    *response_.mutable_job() = ToProto(*job);
  } else if (const auto* progress = std::get_if<JobProgress>(&event)) {
    *response_.mutable_progress() = ToProto(*progress);
  } else if (const auto* part = std::get_if<FramePart>(&event)) {
    *response_.mutable_frame() = ToProto(*part, fps_);
    ends_frame_ = part->part + 1 == part->parts;
  } else {
    *response_.mutable_heartbeat()->mutable_time() =
        ToProto(environment_.clock.Now());
  }
  writing_ = true;
  idle_since_alarm_ = false;
  bytes_sent_ += static_cast<int64_t>(response_.ByteSizeLong());
  StartWrite(&response_);
}

void AnimateReactor::OnWriteDone(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  // After a failed write nothing can be sent; OnCancel follows.
  if (!ok && !failure_.has_value()) {
    failure_ = absl::CancelledError("the connection broke");
  }
  if (ok && ends_frame_) {
    environment_.recorder.FrameDelivered(outbox_.frames_waiting());
  }
  Pump();
}

void AnimateReactor::OnCancel() {
  const bool deadline = DeadlinePassed();
  std::string job_name;
  {
    MutexLock lock(mutex_);
    abandoned_ = true;
    if (phase_ == Phase::kStreaming) job_name = job_name_;
    if (!failure_.has_value()) {
      failure_ = deadline
                     ? absl::DeadlineExceededError("the RPC's deadline passed")
                     : absl::CancelledError("the caller went away");
    }
    Pump();
  }
  if (!job_name.empty()) {
    environment_.jobs.Cancel(job_name, deadline ? "DEADLINE" : "DISCONNECTED")
        .IgnoreError();
  }
}

void AnimateReactor::FinishWith(const absl::Status& status) {
  outcome_ = status;
  alarm_.reset();
  upload_.reset();
  upload_memory_.Release();
  environment_.recorder.StreamClosed(CloseReason(status));
  Finish(ToGrpcStatus(status, context_));
}

StreamCloseReason AnimateReactor::CloseReason(
    const absl::Status& status) const {
  if (abandoned_) {
    return DeadlinePassed() ? StreamCloseReason::kDeadline
                            : StreamCloseReason::kClientCancel;
  }
  if (GetErrorReason(status) == "DRAINING") return StreamCloseReason::kDrain;
  if (GetErrorReason(status) == "UPLOAD_TIMEOUT") {
    return StreamCloseReason::kDeadline;
  }
  if (failure_.has_value() && absl::IsCancelled(*failure_)) {
    return StreamCloseReason::kTransport;
  }
  return StreamCloseReason::kDone;
}

bool AnimateReactor::DeadlinePassed() const {
  return context_.deadline() <= std::chrono::system_clock::now();
}

// --- Lifetime and time ------------------------------------------------------

void AnimateReactor::SetAlarm(absl::Duration delay) {
  Ref();  // the alarm's, until OnAlarm; replacing an alarm cancels it first
  idle_since_alarm_ = true;
  alarm_ = std::make_unique<grpc::Alarm>();
  alarm_->Set(
      std::chrono::system_clock::now() + absl::ToChronoMilliseconds(delay),
      [this](bool fired) { OnAlarm(fired); });
}

void AnimateReactor::OnAlarm(bool fired) {
  if (fired) {
    MutexLock lock(mutex_);
    if (!outcome_.has_value() && !failure_.has_value()) {
      if (phase_ == Phase::kStreaming) {
        if (idle_since_alarm_) outbox_.PutHeartbeat();
        SetAlarm(environment_.heartbeat_interval);
        Pump();
      } else if (phase_ != Phase::kSubmitting) {
        Refuse(UploadTimeoutError(environment_.upload_timeout));
      }
    }
  }
  Unref();
}

void AnimateReactor::OnDone() {
  std::string status;
  int64_t sent = 0;
  int64_t received = 0;
  {
    MutexLock lock(mutex_);
    status = absl::StatusCodeToString(outcome_->code());
    sent = bytes_sent_;
    received = bytes_received_;
  }
  environment_.recorder.RpcFinished(
      kMethod, status, environment_.clock.Monotonic() - start_time_, sent,
      received);
  Unref();
}

void AnimateReactor::Unref() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace animate
