#ifndef ANIMATE_TESTS_UNIT_CLIENT_FAKE_ANIMATION_SERVICE_H_
#define ANIMATE_TESTS_UNIT_CLIENT_FAKE_ANIMATION_SERVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "animate/v1/animation.grpc.pb.h"
#include "engine/base/crc32c.h"
#include "engine/base/mutex.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace animate {

// A server for tests of the client, on a free loopback port: keeps what was
// uploaded and then does what the test says.
class FakeAnimationService : public v1::AnimationService::Service,
                             public grpc::health::v1::Health::Service {
 public:
  using Stream =
      grpc::ServerReaderWriter<v1::AnimateResponse, v1::AnimateRequest>;
  using FrameStream = grpc::ServerReaderWriter<v1::StreamFramesResponse,
                                               v1::StreamFramesRequest>;

  FakeAnimationService() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(static_cast<v1::AnimationService::Service*>(this));
    builder.RegisterService(
        static_cast<grpc::health::v1::Health::Service*>(this));
    server_ = builder.BuildAndStart();
    address_ = "127.0.0.1:" + std::to_string(port);
  }
  ~FakeAnimationService() override { server_->Shutdown(); }

  const std::string& address() const { return address_; }

  // After the upload; set before the call.
  std::function<grpc::Status(Stream& stream, grpc::ServerContext& context)>
      on_uploaded =
          [](Stream&, grpc::ServerContext&) { return grpc::Status::OK; };
  // For StreamFrames, after its Open; without it the server cannot resume.
  std::function<grpc::Status(const v1::StreamFramesRequest::Open& open,
                             FrameStream& stream)>
      on_stream_opened;
  // Instead of reading the upload, when not OK.
  grpc::Status refusal;
  grpc::health::v1::HealthCheckResponse::ServingStatus health =
      grpc::health::v1::HealthCheckResponse::SERVING;
  v1::GetServerInfoResponse info;
  std::vector<v1::Job> jobs;

  // What came in; read after the call.
  v1::AnimateRequest::Start start;
  std::vector<std::string> items;
  std::vector<v1::Chunk> chunks;

  std::vector<std::string> cancelled() {
    MutexLock lock(mutex_);
    return cancelled_;
  }
  // Blocks until CancelJob has been called.
  void AwaitCancelJob() {
    MutexLock lock(mutex_);
    while (cancelled_.empty()) changed_.Wait(mutex_);
  }

  grpc::Status Animate(grpc::ServerContext* context, Stream* stream) override {
    if (!refusal.ok()) return refusal;
    v1::AnimateRequest request;
    while (stream->Read(&request)) {
      if (request.has_start()) {
        start = request.start();
        continue;
      }
      const v1::Chunk& chunk = request.chunk();
      items.resize(chunk.item() + 1);
      items[chunk.item()] += chunk.data();
      chunks.push_back(chunk);
      chunks.back().clear_data();
    }
    return on_uploaded(*stream, *context);
  }

  grpc::Status StreamFrames(grpc::ServerContext*,
                            FrameStream* stream) override {
    v1::StreamFramesRequest request;
    if (!on_stream_opened || !stream->Read(&request)) {
      return {grpc::StatusCode::UNIMPLEMENTED, "StreamFrames"};
    }
    return on_stream_opened(request.open(), *stream);
  }

  grpc::Status GetJob(grpc::ServerContext*, const v1::GetJobRequest* request,
                      v1::GetJobResponse* response) override {
    for (const v1::Job& job : jobs) {
      if (job.name() == request->name()) {
        *response->mutable_job() = job;
        return grpc::Status::OK;
      }
    }
    return {grpc::StatusCode::NOT_FOUND, "no such job: " + request->name()};
  }

  grpc::Status ListJobs(grpc::ServerContext*,
                        const v1::ListJobsRequest* request,
                        v1::ListJobsResponse* response) override {
    // One job a page, the token is the index.
    const size_t index =
        request->page_token().empty() ? 0 : std::stoul(request->page_token());
    list_filter = request->filter();
    if (index < jobs.size()) *response->add_jobs() = jobs[index];
    if (index + 1 < jobs.size()) {
      response->set_next_page_token(std::to_string(index + 1));
    }
    return grpc::Status::OK;
  }
  std::string list_filter;

  grpc::Status CancelJob(grpc::ServerContext*,
                         const v1::CancelJobRequest* request,
                         v1::CancelJobResponse* response) override {
    MutexLock lock(mutex_);
    cancelled_.push_back(request->name());
    response->mutable_job()->set_name(request->name());
    response->mutable_job()->set_state(v1::Job::STATE_CANCELLING);
    changed_.SignalAll();
    return grpc::Status::OK;
  }

  grpc::Status GetServerInfo(grpc::ServerContext*,
                             const v1::GetServerInfoRequest*,
                             v1::GetServerInfoResponse* response) override {
    *response = info;
    return grpc::Status::OK;
  }

  grpc::Status Check(grpc::ServerContext*,
                     const grpc::health::v1::HealthCheckRequest*,
                     grpc::health::v1::HealthCheckResponse* response) override {
    response->set_status(health);
    return grpc::Status::OK;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> cancelled_ ABSL_GUARDED_BY(mutex_);
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

// A Job event with `state`, of as many frames.
inline v1::AnimateResponse JobEvent(v1::Job::State state, uint32_t frames) {
  v1::AnimateResponse response;
  response.mutable_job()->set_name("jobs/1");
  response.mutable_job()->set_state(state);
  response.mutable_job()->mutable_spec()->set_frame_count(frames);
  return response;
}

// Part `part` of `parts` of a frame whose joined bytes are `whole`.
inline v1::Frame FramePart(uint32_t index, uint32_t part, uint32_t parts,
                           const std::string& data, const std::string& whole) {
  v1::Frame frame;
  frame.set_generation(1);
  frame.set_index(index);
  frame.set_part(part);
  frame.set_parts(parts);
  frame.set_format(v1::OUTPUT_FORMAT_PNG);
  frame.set_data(data);
  frame.set_crc32c(Crc32c(whole));
  return frame;
}

inline v1::AnimateResponse FrameEvent(uint32_t index, const std::string& data) {
  v1::AnimateResponse response;
  *response.mutable_frame() = FramePart(index, 0, 1, data, data);
  return response;
}

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_CLIENT_FAKE_ANIMATION_SERVICE_H_
