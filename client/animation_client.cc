#include "client/animation_client.h"

#include <chrono>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/grpc_error.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "grpcpp/support/sync_stream.h"

namespace animate {
namespace {

using AnimateStream =
    grpc::ClientReaderWriter<v1::AnimateRequest, v1::AnimateResponse>;

constexpr absl::Duration kUnaryTimeout = absl::Seconds(10);
constexpr absl::Duration kCancelTimeout = absl::Seconds(3);

void SetTimeout(grpc::ClientContext& context, absl::Duration timeout) {
  if (timeout < absl::InfiniteDuration()) {
    context.set_deadline(std::chrono::system_clock::now() +
                         absl::ToChronoMicroseconds(timeout));
  }
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  // Notices a server that vanished without a word. Running jobs send something
  // every few seconds, so these pings never look like abuse.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  // RESOURCE_EXHAUSTED and UNAVAILABLE come back to the caller, who knows
  // whether trying again makes sense.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
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

// What the stream has brought so far.
struct Received {
  FrameAssembler assembler;
  std::optional<v1::Job> job;
};

// Deals with one message of the server; `accepted` hears of the first Job.
absl::Status Handle(v1::AnimateResponse response,
                    const AnimationCallbacks& callbacks,
                    const std::function<void(const v1::Job&)>& accepted,
                    Received& received) {
  switch (response.event_case()) {
    case v1::AnimateResponse::kJob: {
      const bool first = !received.job.has_value();
      received.job = std::move(*response.mutable_job());
      if (first) {
        accepted(*received.job);
      }
      return absl::OkStatus();
    }
    case v1::AnimateResponse::kProgress:
      if (callbacks.on_progress) {
        callbacks.on_progress(response.progress());
      }
      return absl::OkStatus();
    case v1::AnimateResponse::kFrame: {
      ANIMATE_ASSIGN_OR_RETURN(
          std::optional<ReceivedFrame> frame,
          received.assembler.Add(std::move(*response.mutable_frame())));
      if (frame.has_value() && callbacks.on_frame) {
        return callbacks.on_frame(*std::move(frame));
      }
      return absl::OkStatus();
    }
    case v1::AnimateResponse::kReset:
      received.assembler.Reset(response.reset().generation());
      if (callbacks.on_reset) {
        callbacks.on_reset(response.reset());
      }
      return absl::OkStatus();
    case v1::AnimateResponse::kPreview:
    case v1::AnimateResponse::kHeartbeat:
    // An event of a newer server.
    case v1::AnimateResponse::EVENT_NOT_SET:
      return absl::OkStatus();
  }
  return absl::OkStatus();
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
    : AnimationClient(Connect(address)) {}

AnimationClient::AnimationClient(std::shared_ptr<grpc::Channel> channel)
    : channel_(std::move(channel)),
      stub_(v1::AnimationService::NewStub(channel_)) {}

absl::StatusOr<v1::Job> AnimationClient::Animate(
    const AnimationRequest& request, const AnimationCallbacks& callbacks,
    CallControl* control, absl::Duration timeout) {
  CallControl no_control;
  CallControl& call = control == nullptr ? no_control : *control;
  auto context = std::make_shared<grpc::ClientContext>();
  SetTimeout(*context, timeout);
  const absl::Cleanup end = [&call] { call.End(); };
  if (!call.Begin(context)) {
    return absl::CancelledError("cancelled before the call began");
  }

  const std::unique_ptr<AnimateStream> stream = stub_->Animate(context.get());
  Upload(request, callbacks, *stream);

  const auto accepted = [this, &callbacks, &call](const v1::Job& job) {
    call.SetCancelJob([stub = stub_, name = job.name()] {
      return TellServerToCancel(*stub, name);
    });
    if (callbacks.on_accepted) {
      callbacks.on_accepted(job);
    }
  };
  Received received;
  absl::Status own_error;
  v1::AnimateResponse response;
  while (own_error.ok() && stream->Read(&response)) {
    own_error = Handle(std::move(response), callbacks, accepted, received);
    response.Clear();
  }
  if (!own_error.ok()) {
    context->TryCancel();
  }
  const absl::Status status = StatusFromGrpc(stream->Finish());
  ANIMATE_RETURN_IF_ERROR(own_error);
  ANIMATE_RETURN_IF_ERROR(status);
  return FinalJob(std::move(received));
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
