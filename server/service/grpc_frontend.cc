#include "server/service/grpc_frontend.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/resource_quota.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/service/animation_service.h"
#include "server/service/tls_server_credentials.h"

namespace animate {
namespace {

// For what gRPC has taken but not sent, and for calls without a stream.
constexpr absl::Duration kLastBytes = absl::Milliseconds(300);

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
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                             ToMilliseconds(options.handshake_timeout));
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetResourceQuota(grpc::ResourceQuota("animate").Resize(
      static_cast<size_t>(options.transport_memory)));
}

// gRPC's list of plugins belongs to the process; a server has what its options
// say.
class Plugins final : public grpc::ServerBuilderOption {
 public:
  explicit Plugins(bool reflection) : reflection_(reflection) {}
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>*
                         plugins) override {
    plugins->clear();
    if (reflection_) {
      plugins->push_back(
          std::make_unique<grpc::reflection::ProtoServerReflectionPlugin>());
    }
  }

 private:
  const bool reflection_;
};

absl::Status CannotListen(const std::string& address) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("cannot listen on \"", address,
                   "\": the port is taken, the address is not of this "
                   "machine, or it is not \"host:port\""),
      {.reason = "LISTEN_FAILED", .metadata = {{"listen_address", address}}});
}

// How much a server for probes may cost.
constexpr int kProbeStreams = 16;
constexpr size_t kProbeMemory = size_t{8} << 20;

ServiceEnvironment MakeEnvironment(const GrpcFrontendOptions& options,
                                   JobManager& jobs, Recorder& recorder,
                                   const Clock& clock, ServingState& serving,
                                   UploadBudget& uploads,
                                   OpenStreams& streams) {
  return {.jobs = jobs,
          .recorder = recorder,
          .clock = clock,
          .serving = serving,
          .uploads = uploads,
          .streams = streams,
          .authenticator = options.authenticator,
          .upload_timeout = options.upload_timeout,
          .min_upload_rate = options.min_upload_rate,
          .upload_rate_grace = options.upload_rate_grace,
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
                                uploads, streams)) {}

  ServingState serving;
  UploadBudget uploads;
  OpenStreams streams;
  AnimationService service;
  int port = 0;
  std::shared_ptr<grpc::ServerCredentials> credentials;
  std::unique_ptr<grpc::Server> server;
  grpc::CallbackGenericService no_service;  // answers UNIMPLEMENTED
  int health_port = 0;
  std::unique_ptr<grpc::Server> health_server;  // null: none
  std::atomic<bool> shut_down{false};
};

absl::StatusOr<std::unique_ptr<GrpcFrontend>> GrpcFrontend::Start(
    const GrpcFrontendOptions& options, JobManager& jobs, Recorder& recorder,
    const Clock& clock) {
  auto parts = std::make_unique<Parts>(options, jobs, recorder, clock);
  grpc::EnableDefaultHealthCheckService(true);
  ANIMATE_RETURN_IF_ERROR(StartServer(options, *parts));
  ANIMATE_RETURN_IF_ERROR(StartHealthServer(options, *parts));
  auto frontend =
      std::unique_ptr<GrpcFrontend>(new GrpcFrontend(std::move(parts)));
  frontend->SetServing(false);
  Log(LogSeverity::kInfo, "listening",
      {{"address", options.listen_address},
       {"port", frontend->port()},
       {"tls", options.certificates != nullptr},
       {"callers_are_known", options.authenticator != nullptr}});
  return frontend;
}

absl::Status GrpcFrontend::StartServer(const GrpcFrontendOptions& options,
                                       Parts& parts) {
  grpc::ServerBuilder builder;
  SetChannelArguments(options, builder);
  builder.SetOption(std::make_unique<Plugins>(options.reflection));
  parts.credentials = options.certificates == nullptr
                          ? grpc::InsecureServerCredentials()
                          : MakeTlsServerCredentials(*options.certificates);
  builder.AddListeningPort(options.listen_address, parts.credentials,
                           &parts.port);
  builder.RegisterService(&parts.service);
  parts.server = builder.BuildAndStart();
  return parts.server == nullptr ? CannotListen(options.listen_address)
                                 : absl::OkStatus();
}

absl::Status GrpcFrontend::StartHealthServer(const GrpcFrontendOptions& options,
                                             Parts& parts) {
  if (options.health_address.empty()) return absl::OkStatus();
  grpc::ServerBuilder builder;
  SetChannelArguments(options, builder);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kProbeStreams);
  builder.SetResourceQuota(grpc::ResourceQuota("probes").Resize(kProbeMemory));
  builder.SetOption(std::make_unique<Plugins>(false));
  builder.AddListeningPort(options.health_address,
                           grpc::InsecureServerCredentials(),
                           &parts.health_port);
  // gRPC starts no server without a service; health comes by itself.
  builder.RegisterCallbackGenericService(&parts.no_service);
  parts.health_server = builder.BuildAndStart();
  if (parts.health_server == nullptr) {
    return CannotListen(options.health_address);
  }
  Log(LogSeverity::kInfo, "health_listening",
      {{"address", options.health_address}, {"port", parts.health_port}});
  return absl::OkStatus();
}

GrpcFrontend::GrpcFrontend(std::unique_ptr<Parts> parts)
    : parts_(std::move(parts)) {}

GrpcFrontend::~GrpcFrontend() { Shutdown(absl::ZeroDuration()); }

int GrpcFrontend::port() const { return parts_->port; }

int GrpcFrontend::health_port() const { return parts_->health_port; }

void GrpcFrontend::MarkReady(Offer offer) {
  parts_->serving.MarkReady(std::move(offer));
  SetServing(true);
}

void GrpcFrontend::SetServing(bool serving) {
  for (grpc::Server* const server :
       {parts_->server.get(), parts_->health_server.get()}) {
    if (server == nullptr) continue;
    server->GetHealthCheckService()->SetServingStatus("", serving);
    server->GetHealthCheckService()->SetServingStatus(kServiceName, serving);
  }
}

void GrpcFrontend::StartDraining() {
  SetServing(false);
  parts_->serving.StartDraining();
}

void GrpcFrontend::Shutdown(absl::Duration grace) {
  if (parts_->shut_down.exchange(true)) return;
  SetServing(false);
  // gRPC would wait for connections, too, and a client that makes no call does
  // not notice that it is asked to close its own.
  parts_->streams.AwaitNone(grace);
  parts_->server->Shutdown(
      std::chrono::system_clock::now() +
      absl::ToChronoMilliseconds(std::min(grace, kLastBytes)));
  parts_->server->Wait();
  if (parts_->health_server == nullptr) return;
  parts_->health_server->Shutdown(std::chrono::system_clock::now());
  parts_->health_server->Wait();
}

}  // namespace animate
