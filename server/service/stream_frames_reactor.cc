#include "server/service/stream_frames_reactor.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/service/caller_identity.h"
#include "server/service/caller_jobs.h"
#include "server/service/event_message.h"
#include "server/service/grpc_status.h"
#include "server/service/open_parser.h"

namespace animate {
namespace {

constexpr char kStreamFrames[] = "animate.v1.AnimationService/StreamFrames";

absl::Status OpenTimeoutError() {
  return MakeError(absl::StatusCode::kDeadlineExceeded,
                   "open: did not come in time", {.reason = "UPLOAD_TIMEOUT"});
}

}  // namespace

StreamFramesReactor* StreamFramesReactor::Create(
    grpc::CallbackServerContext& context,
    const ServiceEnvironment& environment) {
  return new StreamFramesReactor(context, environment);
}

// Also while models load and while the server drains: frames are there.
StreamFramesReactor::StreamFramesReactor(grpc::CallbackServerContext& context,
                                         const ServiceEnvironment& environment)
    : context_(context),
      environment_(environment),
      start_time_(environment.clock.Monotonic()),
      stream_(JobStream::Create(environment, *this)) {
  environment_.recorder.RpcStarted(kStreamFrames);
  absl::StatusOr<Caller> caller = IdentifyCaller(context, environment);
  if (!caller.ok()) {
    stream_->Fail(caller.status());
    return;
  }
  caller_ = *std::move(caller);
  stream_->FailAfter(environment_.upload_timeout, OpenTimeoutError());
  StartRead(&request_);
}

void StreamFramesReactor::OnReadDone(bool ok) {
  // A reader may half-close and, without a word, read up to its window.
  if (!ok) {
    if (!open_) {
      stream_->Fail(
          FieldError("open", "must be the first message", "OPEN_EXPECTED"));
    }
    return;
  }
  bytes_received_ += static_cast<int64_t>(request_.ByteSizeLong());
  if (const absl::Status status = TakeRequest(); !status.ok()) {
    stream_->Fail(status);
    return;
  }
  StartRead(&request_);
}

absl::Status StreamFramesReactor::TakeRequest() {
  switch (request_.payload_case()) {
    case v1::StreamFramesRequest::kOpen:
      return Open(request_.open());
    case v1::StreamFramesRequest::kAck:
      if (!open_) {
        return FieldError("open", "must be the first message", "OPEN_EXPECTED");
      }
      return stream_->Acknowledge(request_.ack().generation(),
                                  request_.ack().through_frame());
    case v1::StreamFramesRequest::PAYLOAD_NOT_SET:
      break;
  }
  return FieldError("payload", "is required");
}

absl::Status StreamFramesReactor::Open(
    const v1::StreamFramesRequest::Open& open) {
  if (open_) {
    return FieldError("open", "was sent before; there is one per stream",
                      "SECOND_OPEN");
  }
  ANIMATE_ASSIGN_OR_RETURN(const JobSnapshot job,
                           CallerJobs(environment_.jobs, caller_)
                               .Attach(open.name(), stream_->observer()));
  open_ = true;
  if (job.spec == nullptr) {  // it could not be read back
    environment_.jobs.Detach(job.name, stream_->observer());
    return job.error;
  }
  fps_ = (*job.spec).animation->fps;
  const absl::StatusOr<Reading> reading = ParseOpen(open, job);
  if (!reading.ok()) {
    environment_.jobs.Detach(job.name, stream_->observer());
    return reading.status();
  }
  if (open.start_frame() > 0 || open.generation() > 0) {
    environment_.recorder.StreamResumed();
    Log(LogSeverity::kInfo, "stream_resumed",
        {{"job", job.name},
         {"start_frame", reading->start_frame},
         {"generation", job.generation}});
  }
  stream_->Start(job, *reading);
  return absl::OkStatus();
}

void StreamFramesReactor::Write(const FrameOutbox::Event& event) {
  response_ =
      ToMessage<v1::StreamFramesResponse>(event, fps_, environment_.clock);
  bytes_sent_ += static_cast<int64_t>(response_.ByteSizeLong());
  StartWrite(&response_);
}

void StreamFramesReactor::End(const absl::Status& status) {
  outcome_ = status;
  Finish(ToGrpcStatus(status, context_));
}

absl::Status StreamFramesReactor::Check() {
  return RecheckCaller(caller_, environment_);
}

void StreamFramesReactor::OnCancel() {
  stream_->OnCancelled(context_.deadline() <= std::chrono::system_clock::now());
}

void StreamFramesReactor::OnDone() {
  stream_->Close();
  environment_.recorder.RpcFinished(
      kStreamFrames, absl::StatusCodeToString(outcome_.code()),
      environment_.clock.Monotonic() - start_time_, bytes_sent_,
      bytes_received_);
  delete this;
}

}  // namespace animate
