#ifndef ANIMATE_SERVER_SERVICE_STREAM_FRAMES_REACTOR_H_
#define ANIMATE_SERVER_SERVICE_STREAM_FRAMES_REACTOR_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "animate/v1/animation.grpc.pb.h"
#include "server/security/authenticator.h"
#include "server/service/job_stream.h"
#include "server/service/service_environment.h"

namespace animate {

// One StreamFrames stream: attaches to a job and leaves the rest to a
// JobStream. At most one read, one write and one Finish. Deletes itself when
// gRPC is done with it.
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor)
class StreamFramesReactor final
    : public grpc::ServerBidiReactor<animate::v1::StreamFramesRequest,
                                     animate::v1::StreamFramesResponse>,
      private JobStream::Sink {
 public:
  // `context` lives as long as the RPC, `environment` until the RPC is done.
  static StreamFramesReactor* Create(grpc::CallbackServerContext& context,
                                     const ServiceEnvironment& environment);

 private:
  StreamFramesReactor(grpc::CallbackServerContext& context,
                      const ServiceEnvironment& environment);
  ~StreamFramesReactor() override = default;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override { stream_->OnWritten(ok); }
  void OnCancel() override;
  void OnDone() override;

  absl::Status TakeRequest();
  absl::Status Open(const animate::v1::StreamFramesRequest::Open& open);

  // JobStream::Sink:
  void Write(const FrameOutbox::Event& event) override;
  void End(const absl::Status& status) override;
  void Abort() override { context_.TryCancel(); }
  absl::Status Check() override;

  grpc::CallbackServerContext& context_;
  const ServiceEnvironment& environment_;
  const absl::Duration start_time_;
  Caller caller_;
  const std::shared_ptr<JobStream> stream_;
  animate::v1::StreamFramesRequest request_;  // gRPC's while it is read
  bool open_ = false;                         // of the read in progress
  std::atomic<double> fps_{30.0};
  std::atomic<int64_t> bytes_received_{0};
  animate::v1::StreamFramesResponse response_;  // gRPC's while it is written
  int64_t bytes_sent_ = 0;                      // Write's, then OnDone's
  absl::Status outcome_;                        // End's, then OnDone's
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_STREAM_FRAMES_REACTOR_H_
