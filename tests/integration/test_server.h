#ifndef ANIMATE_TESTS_INTEGRATION_TEST_SERVER_H_
#define ANIMATE_TESTS_INTEGRATION_TEST_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "animate/v1/animation.grpc.pb.h"
#include "server/service/grpc_frontend.h"
#include "server/worker/worker.h"
#include "tests/support/await.h"
#include "tests/support/fake_animator.h"
#include "tests/support/fake_recorder.h"
#include "tests/support/memory_jobs.h"

namespace animate {

// The whole server over TCP on a free port, with one worker whose animator has
// no networks. Ends in order: frontend, jobs, worker.
class TestServer {
 public:
  struct Options {
    GrpcFrontendOptions frontend;
    MemoryJobs::Options jobs;
    PoseDetector* detector = nullptr;     // must outlive the server
    const Clock* clock = &Clock::Real();  // the frontend's; must, too
    bool ready = true;
  };

  TestServer() : TestServer(Options()) {}
  explicit TestServer(Options options);
  ~TestServer();

  FakeAnimator& animator() { return animator_; }
  FakeRecorder& recorder() { return recorder_; }
  MemoryJobs& jobs() { return jobs_; }
  GrpcFrontend& frontend() { return *frontend_; }
  animate::v1::AnimationService::Stub& stub() { return *stub_; }

  void MarkReady();

  // A channel as any client has it, with gRPC's default limits.
  std::shared_ptr<grpc::Channel> NewChannel() const;
  std::string address() const;

  animate::v1::Job GetJob(const std::string& name);

  // Asks until the job is in `state`; a failure if it ends in another. A job
  // that may still wait is cancelled at once, without kCancelling: who awaits
  // that state lets the animator reach its hold first.
  void AwaitState(const std::string& name, animate::v1::Job::State state);

 private:
  PoseDetector* const detector_;
  FakeAnimator animator_;
  FakeRecorder recorder_;
  MemoryJobs jobs_;
  std::unique_ptr<GrpcFrontend> frontend_;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<animate::v1::AnimationService::Stub> stub_;
};

// ErrorInfo.reason and the first violated field of an RPC's error; "" if none.
std::string ReasonOf(const grpc::Status& status);
std::string FieldOf(const grpc::Status& status);

}  // namespace animate

#endif  // ANIMATE_TESTS_INTEGRATION_TEST_SERVER_H_
