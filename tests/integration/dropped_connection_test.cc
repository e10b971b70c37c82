// Connections that break beneath gRPC, without a word from the client.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/integration/animate_stream.h"
#include "tests/integration/tcp_proxy.h"
#include "tests/integration/test_server.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;
using Point = FakeAnimator::Point;

std::unique_ptr<v1::AnimationService::Stub> StubThrough(const TcpProxy& proxy) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return v1::AnimationService::NewStub(grpc::CreateCustomChannel(
      proxy.address(), grpc::InsecureChannelCredentials(), arguments));
}

// No stream, no job, no upload is left behind.
void ExpectNothingLeft(TestServer& server) {
  FakeRecorder& recorder = server.recorder();
  Await([&] {
    return recorder.Count("StreamClosed") == recorder.Count("StreamOpened");
  });
  Await([&] {
    return server.jobs().counts().waiting + server.jobs().counts().running == 0;
  });
  Await([&] { return server.jobs().stats().output_reserved_bytes == 0; });
  EXPECT_TRUE(Animate(server.stub(), SmallUpload()).status.ok());
}

TEST(DroppedConnectionTest, WhileDenoisingCancelsAndCountsTheJob) {
  TestServer server;
  TcpProxy proxy(server.frontend().port());
  const auto stub = StubThrough(proxy);
  server.animator().HoldAt(Point::kStep, 2);
  AnimateStream stream(*stub);
  stream.Send(SmallUpload());
  stream.HalfClose();
  const std::string name = stream.ReadJobName();
  server.animator().AwaitHeld();
  proxy.Drop();
  server.AwaitState(name, v1::Job::STATE_CANCELLING);
  server.animator().Release();
  server.AwaitState(name, v1::Job::STATE_CANCELLED);
  EXPECT_EQ(server.animator().steps_done(), 1);
  EXPECT_EQ(stream.ReadAll().status.error_code(),
            grpc::StatusCode::UNAVAILABLE);
  const auto finished = server.jobs().stats().finished;
  EXPECT_EQ(finished.at({JobState::kCancelled, "DISCONNECTED"}), 1);
  EXPECT_EQ(
      server.recorder().Count("DeviceTimeWasted", WasteReason::kDisconnected),
      1);
  ExpectNothingLeft(server);
}

TEST(DroppedConnectionTest, DuringTheUploadGivesItsMemoryBack) {
  const Upload upload = SmallUpload();
  TestServer::Options options;
  options.frontend.upload_memory =
      static_cast<int64_t>(upload.start.inputs().total_bytes());
  TestServer server(options);
  TcpProxy proxy(server.frontend().port());
  const auto stub = StubThrough(proxy);
  AnimateStream stream(*stub);
  stream.SendStart(upload.start);
  stream.SendChunk(0, 0, upload.items[0].substr(0, 10), false);
  Await([&] { return server.recorder().Count("StreamOpened") == 1; });
  proxy.Drop();
  EXPECT_FALSE(stream.ReadAll().status.ok());
  ExpectNothingLeft(server);
  EXPECT_EQ(server.recorder().Count("JobRejected"), 0);
}

TEST(DroppedConnectionTest, ANewConnectionIsServed) {
  TestServer server;
  TcpProxy proxy(server.frontend().port());
  const auto stub = StubThrough(proxy);
  ASSERT_TRUE(Animate(*stub, SmallUpload()).status.ok());
  proxy.Drop();
  // The first call may still meet the broken connection.
  Await([&] { return Animate(*stub, SmallUpload()).status.ok(); });
}

}  // namespace
}  // namespace animate
