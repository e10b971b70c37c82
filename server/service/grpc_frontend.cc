#include "server/service/grpc_frontend.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <atomic>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "server/service/animation_service.h"

namespace animate {
namespace {

int ToMilliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

void SetChannelArguments(const GrpcFrontendOptions& options,
                         grpc::ServerBuilder& builder) {
  // A second server on the same port must fail, not share its connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             options.max_concurrent_streams);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS,
                             ToMilliseconds(options.keepalive_time));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                             ToMilliseconds(options.keepalive_timeout));
  // Clients may ping every 10 s, also while no RPC is open.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             ToMilliseconds(options.max_connection_age));
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetResourceQuota(grpc::ResourceQuota("animate").Resize(
      static_cast<size_t>(options.transport_memory)));
}

ServiceEnvironment MakeEnvironment(const GrpcFrontendOptions& options,
                                   JobManager& jobs, Recorder& recorder,
                                   const Clock& clock, ServingState& serving,
                                   UploadBudget& uploads) {
  return {.jobs = jobs,
          .recorder = recorder,
          .clock = clock,
          .serving = serving,
          .uploads = uploads,
          .upload_timeout = options.upload_timeout,
          .heartbeat_interval = options.heartbeat_interval,
          .slow_consumer_timeout = options.slow_consumer_timeout,
          .server_version = options.server_version,
          .revision = options.revision,
          .libtorch_version = options.libtorch_version};
}

}  // namespace

struct GrpcFrontend::Parts {
  Parts(const GrpcFrontendOptions& options, JobManager& jobs,
        Recorder& recorder, const Clock& clock)
      : serving(options.limits),
        uploads(options.upload_memory),
        service(MakeEnvironment(options, jobs, recorder, clock, serving,
                                uploads)) {}

  ServingState serving;
  UploadBudget uploads;
  AnimationService service;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
  std::atomic<bool> shut_down{false};
};

absl::StatusOr<std::unique_ptr<GrpcFrontend>> GrpcFrontend::Start(
    const GrpcFrontendOptions& options, JobManager& jobs, Recorder& recorder,
    const Clock& clock) {
  auto parts = std::make_unique<Parts>(options, jobs, recorder, clock);
  grpc::EnableDefaultHealthCheckService(true);
  if (options.reflection) {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  }
  grpc::ServerBuilder builder;
  SetChannelArguments(options, builder);
  builder.AddListeningPort(options.listen_address,
                           grpc::InsecureServerCredentials(), &parts->port);
  builder.RegisterService(&parts->service);
  parts->server = builder.BuildAndStart();
  if (parts->server == nullptr) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("cannot listen on \"", options.listen_address,
                     "\": the port is taken, the address is not of this "
                     "machine, or it is not \"host:port\""),
        {.reason = "LISTEN_FAILED",
         .metadata = {{"listen_address", options.listen_address}}});
  }
  auto frontend =
      std::unique_ptr<GrpcFrontend>(new GrpcFrontend(std::move(parts)));
  frontend->SetServing(false);
  Log(LogSeverity::kInfo, "listening",
      {{"address", options.listen_address}, {"port", frontend->port()}});
  return frontend;
}

GrpcFrontend::GrpcFrontend(std::unique_ptr<Parts> parts)
    : parts_(std::move(parts)) {}

GrpcFrontend::~GrpcFrontend() { Shutdown(absl::ZeroDuration()); }

int GrpcFrontend::port() const { return parts_->port; }

void GrpcFrontend::MarkReady(Offer offer) {
  parts_->serving.MarkReady(std::move(offer));
  SetServing(true);
}

void GrpcFrontend::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface* const health =
      parts_->server->GetHealthCheckService();
  health->SetServingStatus("", serving);
  health->SetServingStatus(kServiceName, serving);
}

void GrpcFrontend::StartDraining() {
  SetServing(false);
  parts_->serving.StartDraining();
}

void GrpcFrontend::Shutdown(absl::Duration grace) {
  if (parts_->shut_down.exchange(true)) return;
  SetServing(false);
  parts_->server->Shutdown(std::chrono::system_clock::now() +
                           absl::ToChronoMilliseconds(grace));
  parts_->server->Wait();
}

}  // namespace animate
