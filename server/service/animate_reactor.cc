#include "server/service/animate_reactor.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/service/caller_identity.h"
#include "server/service/caller_jobs.h"
#include "server/service/event_message.h"
#include "server/service/grpc_status.h"
#include "server/service/pose_conversion.h"
#include "server/service/reject_reason.h"
#include "server/service/request_digest.h"
#include "server/service/request_parser.h"

namespace animate {
namespace {

constexpr char kMethod[] = "animate.v1.AnimationService/Animate";

absl::Status UploadTimeoutError(absl::Duration timeout) {
  return MakeError(absl::StatusCode::kDeadlineExceeded,
                   absl::StrCat("the upload was not complete after ",
                                absl::FormatDuration(timeout)),
                   {.reason = "UPLOAD_TIMEOUT"});
}

absl::Status UploadTooSlowError(int64_t rate, int64_t least) {
  return MakeError(
      absl::StatusCode::kDeadlineExceeded,
      absl::StrCat("the upload came at ", rate, " bytes per second, at least ",
                   least, " are wanted"),
      {.reason = "UPLOAD_TOO_SLOW",
       .metadata = {{"min_bytes_per_second", absl::StrCat(least)}}});
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
      stream_(JobStream::Create(environment, *this)) {
  environment_.recorder.RpcStarted(kMethod);
  absl::StatusOr<Caller> caller = IdentifyCaller(context, environment);
  if (!caller.ok()) {
    stream_->Fail(caller.status());
    return;
  }
  caller_ = *std::move(caller);
  if (absl::Status admission = environment_.serving.Admission();
      !admission.ok()) {
    stream_->Fail(admission);
    return;
  }
  stream_->FailAfter(environment_.upload_timeout,
                     UploadTimeoutError(environment_.upload_timeout));
  StartRead(&request_);
}

// --- The upload -------------------------------------------------------------

void AnimateReactor::OnReadDone(bool ok) {
  if (!ok) {
    OnHalfClose();
    return;
  }
  bytes_received_ += static_cast<int64_t>(request_.ByteSizeLong());
  if (const absl::Status status = TakeRequest(); !status.ok()) {
    stream_->Fail(status);
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
      return TakeAck();
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
  wish_ = std::move(*request_.mutable_start()->mutable_spec());
  upload_.emplace(start.manifest,
                  environment_.serving.offer()->limits.max_chunk_bytes);
  phase_ = Phase::kUploading;
  return absl::OkStatus();
}

absl::Status AnimateReactor::TakeChunk() {
  if (phase_ == Phase::kAwaitingStart) {
    return FieldError("start", "must be the first message", "START_EXPECTED");
  }
  ANIMATE_RETURN_IF_ERROR(upload_->Add(std::move(*request_.mutable_chunk())));
  // Not only at half-close, after which nobody can acknowledge frames.
  return upload_->complete() ? Submit() : absl::OkStatus();
}

absl::Status AnimateReactor::TakeAck() {
  if (phase_ == Phase::kAwaitingStart) {
    return FieldError("start", "must be the first message", "START_EXPECTED");
  }
  return stream_->Acknowledge(request_.ack().generation(),
                              request_.ack().through_frame());
}

// A read fails at half-close, and also when the caller is gone.
void AnimateReactor::OnHalfClose() {
  if (phase_ == Phase::kSubmitted || context_.IsCancelled()) return;
  if (const absl::Status status = Submit(); !status.ok()) {
    stream_->Fail(status);
  }
}

absl::Status AnimateReactor::Submit() {
  ANIMATE_ASSIGN_OR_RETURN(EncodedInputs inputs, EndUpload());
  phase_ = Phase::kSubmitted;
  environment_.recorder.PhaseFinished(
      JobPhase::kIngest, environment_.clock.Monotonic() - start_time_);
  if (!spec_->request.id.empty()) {
    spec_->request.digest = RequestDigest(wish_, inputs);
  }
  const bool detach = spec_->on_disconnect == OnDisconnect::kDetach;
  const absl::StatusOr<JobSnapshot> job =
      CallerJobs(environment_.jobs, caller_)
          .Submit(*std::move(spec_), std::move(inputs), stream_->observer());
  upload_memory_.Release();  // the queue accounts for the bytes now
  if (!job.ok()) return job.status();
  {
    MutexLock lock(job_mutex_);
    job_name_ = job->name;
    stops_with_deadline_ = !detach;
  }
  stream_->Start(*job, Reading());
  if (abandoned_) StopJobIfLate();
  return absl::OkStatus();
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

// --- The answer -------------------------------------------------------------

void AnimateReactor::Write(const FrameOutbox::Event& event) {
  response_ = ToMessage<v1::AnimateResponse>(event, fps_, environment_.clock);
  bytes_sent_ += static_cast<int64_t>(response_.ByteSizeLong());
  StartWrite(&response_);
}

void AnimateReactor::End(const absl::Status& status) {
  outcome_ = status;
  if (phase_ != Phase::kSubmitted && !abandoned_ && !status.ok()) {
    environment_.recorder.JobRejected(ToRejectReason(status));
    Log(LogSeverity::kInfo, "request_refused",
        {{"peer", context_.peer()},
         {"reason", GetErrorReason(status)},
         {"error", std::string(status.message())}});
  }
  Finish(ToGrpcStatus(status, context_));
}

absl::Status AnimateReactor::Check() {
  ANIMATE_RETURN_IF_ERROR(RecheckCaller(caller_, environment_));
  return phase_ == Phase::kSubmitted ? absl::OkStatus() : CheckUploadRate();
}

// On average, so that a client may pause for breath but not for ever.
absl::Status AnimateReactor::CheckUploadRate() const {
  const absl::Duration since = environment_.clock.Monotonic() - start_time_;
  if (since < environment_.upload_rate_grace) return absl::OkStatus();
  const auto rate = static_cast<int64_t>(static_cast<double>(bytes_received_) /
                                         absl::ToDoubleSeconds(since));
  return rate < environment_.min_upload_rate
             ? UploadTooSlowError(rate, environment_.min_upload_rate)
             : absl::OkStatus();
}

void AnimateReactor::OnCancel() {
  abandoned_ = true;
  StopJobIfLate();
  stream_->OnCancelled(DeadlinePassed());
}

void AnimateReactor::StopJobIfLate() {
  std::string job;
  {
    MutexLock lock(job_mutex_);
    if (stops_with_deadline_ && DeadlinePassed()) job = job_name_;
  }
  if (!job.empty()) environment_.jobs.Cancel(job, "DEADLINE").IgnoreError();
}

bool AnimateReactor::DeadlinePassed() const {
  return context_.deadline() <= std::chrono::system_clock::now();
}

void AnimateReactor::OnDone() {
  stream_->Close();
  environment_.recorder.RpcFinished(
      kMethod, absl::StatusCodeToString(outcome_.code()),
      environment_.clock.Monotonic() - start_time_, bytes_sent_,
      bytes_received_);
  delete this;
}

}  // namespace animate
