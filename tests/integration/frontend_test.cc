// Readiness, health, reflection and the listening socket.
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/base/error.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/integration/animate_stream.h"
#include "tests/integration/test_server.h"

namespace animate {
namespace {

using grpc::StatusCode;
using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr char kService[] = "animate.v1.AnimationService";

HealthCheckResponse::ServingStatus Check(TestServer& server,
                                         const std::string& service) {
  auto stub = Health::NewStub(server.NewChannel());
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service(service);
  HealthCheckResponse response;
  const grpc::Status status = stub->Check(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.status();
}

TestServer::Options NotReady() {
  TestServer::Options options;
  options.ready = false;
  return options;
}

TEST(HealthTest, IsServingOnlyWhileReady) {
  TestServer server(NotReady());
  for (const char* service : {"", kService}) {
    EXPECT_EQ(Check(server, service), HealthCheckResponse::NOT_SERVING);
  }
  server.MarkReady();
  for (const char* service : {"", kService}) {
    EXPECT_EQ(Check(server, service), HealthCheckResponse::SERVING);
  }
  server.frontend().SetServing(false);
  for (const char* service : {"", kService}) {
    EXPECT_EQ(Check(server, service), HealthCheckResponse::NOT_SERVING);
  }
}

TEST(HealthTest, WatchHearsOfEveryChange) {
  TestServer server(NotReady());
  auto stub = Health::NewStub(server.NewChannel());
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service(kService);
  auto watch = stub->Watch(&context, request);
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  server.MarkReady();
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  server.frontend().StartDraining();
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  context.TryCancel();
  watch->Finish();
}

TEST(ReadinessTest, RefusesJobsUntilTheModelIsThere) {
  TestServer server(NotReady());
  AnimateStream stream(server.stub());
  const Received received = stream.ReadAll();
  EXPECT_EQ(received.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(received.status), "NOT_READY");
  EXPECT_EQ(server.recorder().Count("JobRejected", RejectReason::kNotReady), 1);
  server.MarkReady();
  EXPECT_TRUE(Animate(server.stub(), SmallUpload()).status.ok());
}

TEST(DrainTest, RefusesNewJobsAndFinishesAcceptedOnes) {
  TestServer server;
  server.animator().HoldAt(FakeAnimator::Point::kStep, 1);
  AnimateStream accepted(server.stub());
  accepted.Send(SmallUpload());
  accepted.HalfClose();
  accepted.ReadJobName();
  server.frontend().StartDraining();

  const Received refused = Animate(server.stub(), SmallUpload());
  EXPECT_EQ(refused.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(refused.status), "DRAINING");
  EXPECT_EQ(server.recorder().Count("JobRejected", RejectReason::kDraining), 1);

  server.animator().Release();
  const Received received = accepted.ReadAll();
  EXPECT_TRUE(received.status.ok()) << received.status.error_message();
  EXPECT_EQ(received.frames.size(), 2u);
}

TEST(DrainTest, ShutdownWaitsForStreamsButNotForIdleConnections) {
  TestServer server;
  const auto stub = animate::v1::AnimationService::NewStub(server.NewChannel());
  // Leaves a connection that nobody looks at.
  EXPECT_TRUE(Animate(*stub, SmallUpload()).status.ok());
  server.frontend().Shutdown(absl::Hours(1));
}

TEST(ListenTest, APortInUseIsAClearError) {
  TestServer server;
  GrpcFrontendOptions options;
  options.listen_address = server.address();
  const auto second =
      GrpcFrontend::Start(options, server.jobs(), server.recorder());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(second.status()), "LISTEN_FAILED");
  EXPECT_NE(second.status().message().find(server.address()),
            absl::string_view::npos);
  EXPECT_TRUE(Animate(server.stub(), SmallUpload()).status.ok());
}

TEST(ListenTest, AnAddressThatIsNoneIsAClearError) {
  TestServer server;
  GrpcFrontendOptions options;
  options.listen_address = "no such host:port";
  const auto second =
      GrpcFrontend::Start(options, server.jobs(), server.recorder());
  EXPECT_EQ(GetErrorReason(second.status()), "LISTEN_FAILED");
}

// One round trip of grpc.reflection.v1alpha, whose stubs no package ships.
class ListServicesCall
    : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit ListServicesCall(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(channel) {
    stub_.PrepareBidiStreamingCall(
        &context_,
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        grpc::StubOptions(), this);
    // ServerReflectionRequest{list_services: "*"}
    const grpc::Slice slice(std::string("\x3a\x01*"));
    request_ = grpc::ByteBuffer(&slice, 1);
    StartWriteLast(&request_, grpc::WriteOptions());
    StartRead(&response_);
    StartCall();
  }

  void OnDone(const grpc::Status& status) override {
    MutexLock lock(mutex_);
    status_ = status;
    done_ = true;
    changed_.SignalAll();
  }

  // The response's bytes; "" when the server has no reflection.
  std::string Await() {
    MutexLock lock(mutex_);
    while (!done_) changed_.Wait(mutex_);
    if (!status_.ok()) return "";
    grpc::Slice slice;
    if (!response_.DumpToSingleSlice(&slice).ok()) return "";
    return std::string(reinterpret_cast<const char*>(slice.begin()),
                       slice.size());
  }

 private:
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  Mutex mutex_;
  CondVar changed_;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status status_ ABSL_GUARDED_BY(mutex_);
};

TEST(ReflectionTest, ListsTheServices) {
  TestServer server;
  ListServicesCall call(server.NewChannel());
  const std::string services = call.Await();
  EXPECT_NE(services.find(kService), std::string::npos);
  EXPECT_NE(services.find("grpc.health.v1.Health"), std::string::npos);
}

}  // namespace
}  // namespace animate
