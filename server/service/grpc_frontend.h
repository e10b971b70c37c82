#ifndef ANIMATE_SERVER_SERVICE_GRPC_FRONTEND_H_
#define ANIMATE_SERVER_SERVICE_GRPC_FRONTEND_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/animation/animation_spec.h"
#include "engine/animation/animator.h"
#include "engine/base/clock.h"
#include "server/metrics/recorder.h"
#include "server/queue/job_manager.h"
#include "server/security/authenticator.h"
#include "server/security/tls_certificates.h"
#include "server/service/serving_state.h"

namespace animate {

// How the server meets the network.
struct GrpcFrontendOptions {
  // "host:port", "[::1]:port" or "unix:/path"; port 0 takes a free one.
  std::string listen_address = "0.0.0.0:50051";

  // Makes the port speak TLS; null: plain text. Must outlive the frontend.
  TlsCertificates* certificates = nullptr;

  // Decides who may call, all of AnimationService; null: anybody. Health and
  // reflection ask nobody. Must outlive the frontend.
  Authenticator* authenticator = nullptr;

  // A further address with nothing but grpc.health.v1, always in plain text and
  // for anybody: for probes that know neither TLS nor tokens. "": none.
  std::string health_address;

  // Limits published until MarkReady brings those of the model.
  Limits limits;

  // Whether grpc.reflection lists the services.
  bool reflection = true;

  // RPCs at once on one connection.
  int max_concurrent_streams = 128;

  // Memory that gRPC itself may take for its buffers, bytes.
  int64_t transport_memory = int64_t{256} << 20;

  // Bytes of all uploads in progress together; further ones are refused with
  // RESOURCE_EXHAUSTED, reason SPOOL_FULL.
  int64_t upload_memory = int64_t{1} << 30;

  // From the begin of an Animate call to the last byte of its upload.
  absl::Duration upload_timeout = absl::Minutes(5);

  // An upload that, after the grace, has come at fewer bytes per second on
  // average is ended: DEADLINE_EXCEEDED, reason UPLOAD_TOO_SLOW. 0: never.
  int64_t min_upload_rate = 1024;
  absl::Duration upload_rate_grace = absl::Seconds(10);

  // A stream that had nothing to send for so long sends a Heartbeat.
  absl::Duration heartbeat_interval = absl::Seconds(5);

  // A reader that takes nothing, or with a full window acknowledges nothing,
  // for so long loses its stream: ABORTED, reason SLOW_CONSUMER.
  absl::Duration slow_consumer_timeout = absl::Minutes(1);

  // A ping after so much silence, and how long to wait for its answer.
  absl::Duration keepalive_time = absl::Seconds(30);
  absl::Duration keepalive_timeout = absl::Seconds(20);

  // Connections older than this are asked to reconnect, so that balancers can
  // spread them anew; RPCs in progress go on.
  absl::Duration max_connection_age = absl::Minutes(30);

  // A connection that does not get through its handshakes, TLS included, is
  // closed after so long.
  absl::Duration handshake_timeout = absl::Seconds(20);

  // For GetServerInfo; empty when not known.
  std::string server_version;
  std::string revision;
  std::string libtorch_version;
};

// The gRPC server: AnimationService, grpc.health.v1 (Check and Watch, for ""
// and "animate.v1.AnimationService") and reflection on one port, and if wanted
// health alone on another.
//
// Life: Start (listens; health NOT_SERVING; Animate answers UNAVAILABLE,
// reason NOT_READY) -> MarkReady (SERVING) -> SetServing(false) while a load
// balancer takes note -> StartDraining (new work gets UNAVAILABLE, reason
// DRAINING) -> Shutdown. Thread-safe after Start.
class GrpcFrontend {
 public:
  // FAILED_PRECONDITION with reason LISTEN_FAILED when the address is taken or
  // not of this machine. `jobs`, `recorder` and `clock` must outlive the
  // frontend; jobs must not call observers any more once Shutdown of the
  // JobManager has returned.
  static absl::StatusOr<std::unique_ptr<GrpcFrontend>> Start(
      const GrpcFrontendOptions& options, JobManager& jobs, Recorder& recorder,
      const Clock& clock = Clock::Real());

  // Shuts down at once if Shutdown was not called.
  ~GrpcFrontend();

  GrpcFrontend(const GrpcFrontend&) = delete;
  GrpcFrontend& operator=(const GrpcFrontend&) = delete;

  // The port it listens on, also when 0 was asked for; 1 for unix sockets.
  int port() const;

  // The same of health_address; 0 without one.
  int health_port() const;

  // The models are loaded and warm: publishes the offer, accepts jobs, and
  // health says SERVING.
  void MarkReady(Offer offer);

  // What health says. Does not stop accepting.
  void SetServing(bool serving);

  // Health says NOT_SERVING, and new Animate calls are refused before they
  // upload anything. Streams of accepted jobs go on.
  void StartDraining();

  // Waits up to `grace` for the streams of jobs to end, stops accepting
  // connections, cancels what is left, and returns once all RPCs have ended;
  // connections without a stream do not hold it up. Call this when the jobs are
  // done. The second call does nothing.
  void Shutdown(absl::Duration grace);

 private:
  struct Parts;
  explicit GrpcFrontend(std::unique_ptr<Parts> parts);
  static absl::Status StartServer(const GrpcFrontendOptions& options,
                                  Parts& parts);
  static absl::Status StartHealthServer(const GrpcFrontendOptions& options,
                                        Parts& parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_GRPC_FRONTEND_H_
