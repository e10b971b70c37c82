#ifndef ANIMATE_CLIENT_ANIMATION_CLIENT_H_
#define ANIMATE_CLIENT_ANIMATION_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "animate/v1/animation.grpc.pb.h"
#include "client/call_control.h"
#include "client/frame_assembler.h"
#include "client/upload_plan.h"
#include "grpcpp/channel.h"

namespace animate {

// Hears how an animation comes along, on the thread that called Animate. All
// may be empty. A callback that takes long only delays this stream: the server
// keeps what was not read yet.
struct AnimationCallbacks {
  std::function<void(uint64_t sent_bytes, uint64_t total_bytes)> on_upload;
  // The job is accepted; its spec has every default and the seed filled in.
  std::function<void(const v1::Job& job)> on_accepted;
  std::function<void(const v1::Progress& progress)> on_progress;
  // Frames in order, each once. An error stops the animation and is returned.
  std::function<absl::Status(ReceivedFrame frame)> on_frame;
  // The server began anew: frames come again from 0. Drop those received.
  std::function<void(const v1::Reset& reset)> on_reset;
};

// How a job that is there already is read.
struct FollowOptions {
  uint32_t start_frame = 0;
  // Whether to wait for frames that are not made yet.
  bool wait = true;
  // How long to try to get back to a server that was lost.
  absl::Duration patience = absl::Minutes(2);
};

// A client of animate.v1.AnimationService. Errors are those of the server,
// with reason, field violations and retry hint (engine/base/error.h), or
// UNAVAILABLE when it cannot be reached. Thread-safe: any number of calls may
// run at once.
class AnimationClient {
 public:
  // Connects to "host:port" without encryption when the first call needs it.
  explicit AnimationClient(const std::string& address);

  // Uses a channel made elsewhere, for TLS, load balancing and tests. Its
  // limit for received messages must be at least 4 MiB, gRPC's default.
  //
  // A server with an accepted job says something every five seconds. One that
  // says nothing for `silence_limit` counts as lost (UNAVAILABLE with reason
  // SERVER_SILENT): that ends the waiting on connections that died unnoticed,
  // whether or not the channel has keepalives.
  explicit AnimationClient(std::shared_ptr<grpc::Channel> channel,
                           absl::Duration silence_limit = absl::Seconds(30));

  // Makes one animation: uploads the inputs, waits, hands out the frames.
  // Blocks until the server has ended the job, and returns the final job, or
  // why there is none: the server's refusal, CANCELLED, DEADLINE_EXCEEDED
  // after `timeout`, an error of on_frame. `control`, which may be null and
  // must outlive the call, cancels it from another thread.
  //
  // After a lost connection, to a server that has RESUMABLE_STREAMS, goes on
  // where the stream broke, for as long as `patience` without a sign of the
  // server; with a request_id also when it was lost before the job was
  // accepted. Frames still come in order, each once.
  absl::StatusOr<v1::Job> Animate(
      const AnimationRequest& request, const AnimationCallbacks& callbacks,
      CallControl* control = nullptr,
      absl::Duration timeout = absl::InfiniteDuration(),
      absl::Duration patience = absl::ZeroDuration());

  // Submits an animation and leaves: request.spec should say
  // ON_DISCONNECT_DETACH. Returns the job as it was accepted. Of the callbacks
  // only on_upload is used.
  absl::StatusOr<v1::Job> Submit(const AnimationRequest& request,
                                 const AnimationCallbacks& callbacks,
                                 CallControl* control = nullptr);

  // Hands out the frames of a job that is there already, in order from
  // options.start_frame on, each once; acknowledges them. Returns the job as it
  // is then: ended, or without options.wait as it is; else the job's error.
  absl::StatusOr<v1::Job> Follow(
      const std::string& name, const FollowOptions& options,
      const AnimationCallbacks& callbacks, CallControl* control = nullptr,
      absl::Duration timeout = absl::InfiniteDuration());

  // The other calls give up with DEADLINE_EXCEEDED after ten seconds.
  absl::StatusOr<v1::Job> GetJob(const std::string& name);
  absl::StatusOr<v1::ListJobsResponse> ListJobs(
      const v1::ListJobsRequest& request);
  absl::StatusOr<v1::Job> CancelJob(const std::string& name,
                                    const std::string& reason);
  // Forgets a job that has ended, with its frames.
  absl::Status DeleteJob(const std::string& name);
  absl::StatusOr<v1::GetServerInfoResponse> GetServerInfo();

  // Asks grpc.health.v1: OK when `service` ("" for the whole server) is
  // SERVING, UNAVAILABLE with reason NOT_SERVING when it is not.
  absl::Status CheckHealth(const std::string& service);

 private:
  struct Limits {
    absl::Duration timeout;
    absl::Duration patience;  // with a server that is away
  };
  // How one attempt at a call ended.
  struct Attempt {
    absl::Status status;
    bool heard_of_server = false;
    bool may_resume = false;
  };
  using AttemptFunction = std::function<Attempt(grpc::ClientContext& context)>;

  // Attempts until the outcome is final or `limits` are reached.
  static absl::Status Persist(CallControl& call, const Limits& limits,
                              const AttemptFunction& attempt);
  // What is to happen once a job is known.
  std::function<void(const v1::Job&)> OnAccepted(
      CallControl& call, const AnimationCallbacks& callbacks);

  std::shared_ptr<grpc::Channel> channel_;
  // Shared with the CallControls of running calls.
  std::shared_ptr<v1::AnimationService::Stub> stub_;
  absl::Duration silence_limit_;
};

}  // namespace animate

#endif  // ANIMATE_CLIENT_ANIMATION_CLIENT_H_
