#include "client/animation_client.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/grpc_error.h"
#include "client/secure_channel.h"
#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/sync_stream.h"

namespace animate {
namespace {

using AnimateStream =
    grpc::ClientReaderWriter<v1::AnimateRequest, v1::AnimateResponse>;

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

// Sends everything. False when the server has ended the call meanwhile; its
// status then says why.
bool Upload(const AnimationRequest& request,
            const AnimationCallbacks& callbacks, AnimateStream& stream) {
  UploadPlan plan(request);
  if (!stream.Write(plan.Start())) {
    return false;
  }
  while (!plan.done()) {
    if (!stream.Write(plan.NextChunk())) {
      return false;
    }
    if (callbacks.on_upload) {
      callbacks.on_upload(plan.sent_bytes(), plan.total_bytes());
    }
  }
  return stream.WritesDone();
}

// What the streams of one job have brought so far.
struct Received {
  FrameAssembler assembler;
  std::optional<v1::Job> job;
  int events = 0;
};

// Deals with one message of the server; `accepted` hears of the first Job.
template <typename Response>
absl::Status Handle(Response response, const AnimationCallbacks& callbacks,
                    const std::function<void(const v1::Job&)>& accepted,
                    Received& received) {
  ++received.events;
  switch (response.event_case()) {
    case Response::kJob: {
      const bool first = !received.job.has_value();
      received.job = std::move(*response.mutable_job());
      if (first) {
        accepted(*received.job);
      }
      return absl::OkStatus();
    }
    case Response::kProgress:
      if (callbacks.on_progress) {
        callbacks.on_progress(response.progress());
      }
      return absl::OkStatus();
    case Response::kFrame: {
      ANIMATE_ASSIGN_OR_RETURN(
          std::optional<ReceivedFrame> frame,
          received.assembler.Add(std::move(*response.mutable_frame())));
      if (frame.has_value() && callbacks.on_frame) {
        return callbacks.on_frame(*std::move(frame));
      }
      return absl::OkStatus();
    }
    case Response::kReset:
      received.assembler.Reset(response.reset().generation());
      if (callbacks.on_reset) {
        callbacks.on_reset(response.reset());
      }
      return absl::OkStatus();
    case Response::kPreview:
    case Response::kHeartbeat:
    // An event of a newer server.
    case Response::EVENT_NOT_SET:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

// One call about a job: who may stop it, until when, and what it has brought.
struct JobCall {
  v1::AnimationService::Stub& stub;
  const AnimationCallbacks& callbacks;
  const std::function<void(const v1::Job&)> accepted;
  Received received;
  absl::Status own_error;  // of a callback; ends everything
};

absl::Status UploadAndRead(const AnimationRequest& request,
                           grpc::ClientContext& context, JobCall& call) {
  const std::unique_ptr<AnimateStream> stream = call.stub.Animate(&context);
  Upload(request, call.callbacks, *stream);
  v1::AnimateResponse response;
  while (call.own_error.ok() && stream->Read(&response)) {
    call.own_error = Handle(std::move(response), call.callbacks, call.accepted,
                            call.received);
    response.Clear();
  }
  if (!call.own_error.ok()) {
    context.TryCancel();
  }
  return StatusFromGrpc(stream->Finish());
}

// Reads on from where `call` is, and acknowledges.
absl::Status ReadOn(const std::string& name, bool wait,
                    grpc::ClientContext& context, JobCall& call) {
  FrameAssembler& frames = call.received.assembler;
  frames.Resume();
  const auto stream = call.stub.StreamFrames(&context);
  v1::StreamFramesRequest request;
  request.mutable_open()->set_name(name);
  request.mutable_open()->set_start_frame(frames.next_index());
  request.mutable_open()->set_generation(frames.generation());
  request.mutable_open()->set_follow(wait);
  stream->Write(request);
  v1::StreamFramesResponse response;
  while (call.own_error.ok() && stream->Read(&response)) {
    const bool is_frame = response.has_frame();
    const uint32_t before = frames.next_index();
    call.own_error = Handle(std::move(response), call.callbacks, call.accepted,
                            call.received);
    response.Clear();
    if (is_frame && frames.next_index() > before) {
      request.mutable_ack()->set_generation(frames.generation());
      request.mutable_ack()->set_through_frame(before);
      stream->Write(request);
    }
  }
  if (!call.own_error.ok()) {
    context.TryCancel();
  }
  return StatusFromGrpc(stream->Finish());
}

// Whether another attempt may go on where one ended with `status`.
bool MayResume(const absl::Status& status) {
  return absl::IsUnavailable(status) ||
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

AnimationClient::AnimationClient(std::shared_ptr<grpc::Channel> channel)
    : channel_(std::move(channel)),
      stub_(v1::AnimationService::NewStub(channel_)) {}

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
    if (!outcome.may_resume || !MayResume(outcome.status) ||
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
  JobCall job{*stub_, callbacks, OnAccepted(call, callbacks), {}, {}};
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
  const std::unique_ptr<AnimateStream> stream = stub_->Animate(context.get());
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
