#include "client/animation_client.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "client/grpc_error.h"
#include "client/job_call.h"
#include "client/secure_channel.h"
#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/client_context.h"

namespace animate {
namespace {

constexpr absl::Duration kUnaryTimeout = absl::Seconds(10);
constexpr absl::Duration kCancelTimeout = absl::Seconds(3);

// Between attempts to get back to a server that was lost.
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);

void SetTimeout(grpc::ClientContext& context, absl::Duration timeout) {
  if (timeout < absl::InfiniteDuration()) {
    context.set_deadline(std::chrono::system_clock::now() +
                         absl::ToChronoMicroseconds(timeout));
  }
}

// The server took the stream from a reader that did not read; nothing but the
// reset of the stream can reach such a one. A cancelled job has a reason.
bool WasCutOff(const absl::Status& status) {
  return absl::IsCancelled(status) && GetErrorReason(status).empty();
}

// Whether another attempt may go on where one that the caller has not cancelled
// ended with `status`.
bool MayResume(const absl::Status& status) {
  return absl::IsUnavailable(status) || WasCutOff(status) ||
         GetErrorReason(status) == "SLOW_CONSUMER";
}

// The RPC ended well: the job must have, too, with all of its frames.
absl::StatusOr<v1::Job> FinalJob(Received received) {
  if (!received.job.has_value() ||
      received.job->state() != v1::Job::STATE_SUCCEEDED ||
      received.assembler.next_index() != received.job->spec().frame_count()) {
    return MakeError(
        absl::StatusCode::kInternal,
        absl::StrCat("the server ended the stream early: ",
                     received.assembler.next_index(), " frames arrived"),
        {.reason = "STREAM_INCOMPLETE"});
  }
  return *std::move(received.job);
}

bool TellServerToCancel(v1::AnimationService::Stub& stub,
                        const std::string& job) {
  grpc::ClientContext context;
  SetTimeout(context, kCancelTimeout);
  v1::CancelJobRequest request;
  request.set_name(job);
  request.set_reason("cancelled by its caller");
  v1::CancelJobResponse response;
  return stub.CancelJob(&context, request, &response).ok();
}

}  // namespace

AnimationClient::AnimationClient(const std::string& address)
    : AnimationClient(OpenChannel(address, {})) {}

AnimationClient::AnimationClient(std::shared_ptr<grpc::Channel> channel,
                                 absl::Duration silence_limit)
    : channel_(std::move(channel)),
      stub_(v1::AnimationService::NewStub(channel_)),
      silence_limit_(silence_limit) {}

absl::Status AnimationClient::Persist(CallControl& call, const Limits& limits,
                                      const AttemptFunction& attempt) {
  const Clock& clock = Clock::Real();
  const absl::Duration deadline = clock.Monotonic() + limits.timeout;
  absl::Duration give_up = clock.Monotonic() + limits.patience;
  absl::Duration pause = kFirstPause;
  while (true) {
    auto context = std::make_shared<grpc::ClientContext>();
    SetTimeout(*context, deadline - clock.Monotonic());
    if (!call.Begin(context)) {
      return absl::CancelledError("cancelled before the call began");
    }
    const Attempt outcome = attempt(*context);
    if (outcome.heard_of_server) {
      give_up = clock.Monotonic() + limits.patience;
      pause = kFirstPause;
    }
    if (!outcome.may_resume || call.cancelled() || !MayResume(outcome.status) ||
        clock.Monotonic() + pause >= give_up) {
      return outcome.status;
    }
    if (!call.WaitUnlessCancelled(pause)) {
      return absl::CancelledError("cancelled while the server was away");
    }
    pause = std::min(2 * pause, kLongestPause);
  }
}

std::function<void(const v1::Job&)> AnimationClient::OnAccepted(
    CallControl& call, const AnimationCallbacks& callbacks) {
  return [this, &callbacks, &call](const v1::Job& job) {
    call.SetCancelJob([stub = stub_, name = job.name()] {
      return TellServerToCancel(*stub, name);
    });
    if (callbacks.on_accepted) {
      callbacks.on_accepted(job);
    }
  };
}

absl::StatusOr<v1::Job> AnimationClient::Animate(
    const AnimationRequest& request, const AnimationCallbacks& callbacks,
    CallControl* control, absl::Duration timeout, absl::Duration patience) {
  CallControl no_control;
  CallControl& call = control == nullptr ? no_control : *control;
  const absl::Cleanup end = [&call] { call.End(); };
  JobCall job{*stub_,         callbacks, OnAccepted(call, callbacks),
              silence_limit_, {},        {}};
  absl::Status lost;
  const auto attempt = [&](grpc::ClientContext& context) -> Attempt {
    const int before = job.received.events;
    absl::Status status;
    if (job.received.job.has_value()) {
      status = ReadOn(job.received.job->name(), true, context, job);
      // A server that cannot resume: what was lost is lost.
      if (absl::IsUnimplemented(status)) return {lost, false, false};
    } else {
      lost = status = UploadAndRead(request, context, job);
    }
    const bool accepted = job.received.job.has_value();
    return {status, job.received.events > before,
            job.own_error.ok() && (accepted || !request.request_id.empty())};
  };
  const absl::Status status = Persist(call, {timeout, patience}, attempt);
  ANIMATE_RETURN_IF_ERROR(job.own_error);
  ANIMATE_RETURN_IF_ERROR(status);
  return FinalJob(std::move(job.received));
}

absl::StatusOr<v1::Job> AnimationClient::Submit(
    const AnimationRequest& request, const AnimationCallbacks& callbacks,
    CallControl* control) {
  CallControl no_control;
  CallControl& call = control == nullptr ? no_control : *control;
  const absl::Cleanup end = [&call] { call.End(); };
  const auto context = std::make_shared<grpc::ClientContext>();
  if (!call.Begin(context)) {
    return absl::CancelledError("cancelled before the call began");
  }
  const auto stream = stub_->Animate(context.get());
  Upload(request, callbacks, *stream);
  v1::AnimateResponse response;
  if (stream->Read(&response) && response.has_job()) {
    context->TryCancel();
    stream->Finish();
    return response.job();
  }
  const absl::Status refusal = StatusFromGrpc(stream->Finish());
  return refusal.ok() ? absl::InternalError("the server accepted no job")
                      : refusal;
}

absl::StatusOr<v1::Job> AnimationClient::Follow(
    const std::string& name, const FollowOptions& options,
    const AnimationCallbacks& callbacks, CallControl* control,
    absl::Duration timeout) {
  CallControl no_control;
  CallControl& call = control == nullptr ? no_control : *control;
  const absl::Cleanup end = [&call] { call.End(); };
  JobCall job{*stub_,
              callbacks,
              OnAccepted(call, callbacks),
              silence_limit_,
              {.assembler = FrameAssembler(options.start_frame)},
              {}};
  const auto attempt = [&](grpc::ClientContext& context) -> Attempt {
    const int before = job.received.events;
    const absl::Status status = ReadOn(name, options.wait, context, job);
    return {status, job.received.events > before, job.own_error.ok()};
  };
  const absl::Status status =
      Persist(call, {timeout, options.patience}, attempt);
  ANIMATE_RETURN_IF_ERROR(job.own_error);
  ANIMATE_RETURN_IF_ERROR(status);
  if (options.wait) {
    return FinalJob(std::move(job.received));
  }
  return *std::move(job.received.job);
}

absl::Status AnimationClient::DeleteJob(const std::string& name) {
  grpc::ClientContext context;
  SetTimeout(context, kUnaryTimeout);
  v1::DeleteJobRequest request;
  request.set_name(name);
  v1::DeleteJobResponse response;
  return StatusFromGrpc(stub_->DeleteJob(&context, request, &response));
}

absl::StatusOr<v1::Job> AnimationClient::GetJob(const std::string& name) {
  grpc::ClientContext context;
  SetTimeout(context, kUnaryTimeout);
  v1::GetJobRequest request;
  request.set_name(name);
  v1::GetJobResponse response;
  ANIMATE_RETURN_IF_ERROR(
      StatusFromGrpc(stub_->GetJob(&context, request, &response)));
  return response.job();
}

absl::StatusOr<v1::ListJobsResponse> AnimationClient::ListJobs(
    const v1::ListJobsRequest& request) {
  grpc::ClientContext context;
  SetTimeout(context, kUnaryTimeout);
  v1::ListJobsResponse response;
  ANIMATE_RETURN_IF_ERROR(
      StatusFromGrpc(stub_->ListJobs(&context, request, &response)));
  return response;
}

absl::StatusOr<v1::Job> AnimationClient::CancelJob(const std::string& name,
                                                   const std::string& reason) {
  grpc::ClientContext context;
  SetTimeout(context, kUnaryTimeout);
  v1::CancelJobRequest request;
  request.set_name(name);
  request.set_reason(reason);
  v1::CancelJobResponse response;
  ANIMATE_RETURN_IF_ERROR(
      StatusFromGrpc(stub_->CancelJob(&context, request, &response)));
  return response.job();
}

absl::StatusOr<v1::GetServerInfoResponse> AnimationClient::GetServerInfo() {
  grpc::ClientContext context;
  SetTimeout(context, kUnaryTimeout);
  v1::GetServerInfoResponse response;
  ANIMATE_RETURN_IF_ERROR(
      StatusFromGrpc(stub_->GetServerInfo(&context, {}, &response)));
  return response;
}

absl::Status AnimationClient::CheckHealth(const std::string& service) {
  const auto stub = grpc::health::v1::Health::NewStub(channel_);
  grpc::ClientContext context;
  SetTimeout(context, kUnaryTimeout);
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  grpc::health::v1::HealthCheckResponse response;
  ANIMATE_RETURN_IF_ERROR(
      StatusFromGrpc(stub->Check(&context, request, &response)));
  if (response.status() != grpc::health::v1::HealthCheckResponse::SERVING) {
    return MakeError(
        absl::StatusCode::kUnavailable,
        absl::StrCat("the server is up but not serving: ",
                     grpc::health::v1::HealthCheckResponse::ServingStatus_Name(
                         response.status())),
        {.reason = "NOT_SERVING"});
  }
  return absl::OkStatus();
}

}  // namespace animate
