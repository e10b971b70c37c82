// Clients that cancel, vanish or do not read.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/integration/animate_stream.h"
#include "tests/integration/test_server.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;
using Point = FakeAnimator::Point;

// The stream that a test has broken is over, the job it may have had has
// ended, and the next one is served.
void ExpectServerGoesOn(TestServer& server) {
  FakeRecorder& recorder = server.recorder();
  Await([&] {
    return recorder.Count("StreamClosed") == recorder.Count("StreamOpened");
  });
  Await([&] {
    return server.jobs().counts().waiting + server.jobs().counts().running == 0;
  });
  EXPECT_TRUE(Animate(server.stub(), SmallUpload()).status.ok());
}

void AwaitOpen(TestServer& server) {
  Await([&] { return server.recorder().Count("StreamOpened") == 1; });
}

TEST(DisconnectTest, BeforeStart) {
  TestServer server;
  {
    AnimateStream stream(server.stub());
    AwaitOpen(server);
  }
  ExpectServerGoesOn(server);
  EXPECT_EQ(
      server.recorder().Count("StreamClosed", StreamCloseReason::kClientCancel),
      1);
  EXPECT_EQ(server.recorder().Count("JobRejected"), 0);
}

TEST(DisconnectTest, DuringTheUpload) {
  TestServer server;
  {
    AnimateStream stream(server.stub());
    const Upload upload = SmallUpload();
    stream.SendStart(upload.start);
    stream.SendChunk(0, 0, upload.items[0].substr(0, 10), false);
    AwaitOpen(server);
  }
  ExpectServerGoesOn(server);
}

TEST(DisconnectTest, BetweenUploadAndHalfClose) {
  TestServer server;
  std::string name;
  {
    server.animator().HoldAt(Point::kStep, 1);
    AnimateStream stream(server.stub());
    stream.Send(SmallUpload());
    name = stream.ReadJobName();  // the upload is complete without it
    server.animator().AwaitHeld();
  }
  server.AwaitState(name, v1::Job::STATE_CANCELLING);
  server.animator().Release();
  ExpectServerGoesOn(server);
}

TEST(DisconnectTest, WhileWaitingFreesThePlaceInTheQueue) {
  TestServer server;
  server.animator().HoldAt(Point::kStep, 1);
  AnimateStream running(server.stub());
  running.Send(SmallUpload());
  running.HalfClose();
  server.animator().AwaitHeld();
  std::string name;
  {
    AnimateStream waiting(server.stub());
    waiting.Send(SmallUpload());
    waiting.HalfClose();
    name = waiting.ReadJobName();
  }
  server.AwaitState(name, v1::Job::STATE_CANCELLED);
  EXPECT_EQ(server.jobs().counts().waiting, 0);
  server.animator().Release();
  EXPECT_TRUE(running.ReadAll().status.ok());
  ExpectServerGoesOn(server);
}

TEST(DisconnectTest, WhileDenoisingFreesTheWorkerWithinOneStep) {
  TestServer server;
  Upload upload = SmallUpload();
  upload.start.mutable_spec()->set_steps(50);
  server.animator().HoldAt(Point::kStep, 3);
  std::string name;
  {
    AnimateStream stream(server.stub());
    stream.Send(upload);
    stream.HalfClose();
    name = stream.ReadJobName();
    server.animator().AwaitHeld();
  }
  server.AwaitState(name, v1::Job::STATE_CANCELLING);
  server.animator().Release();
  server.AwaitState(name, v1::Job::STATE_CANCELLED);
  EXPECT_EQ(server.animator().steps_done(), 2);
  EXPECT_EQ(server.GetJob(name).error().code(),
            static_cast<int>(grpc::StatusCode::CANCELLED));
  ExpectServerGoesOn(server);
}

TEST(DisconnectTest, WhileDecodingFreesTheWorkerWithinOneFrame) {
  TestServer server;
  server.animator().HoldAt(Point::kFrame, 1);
  std::string name;
  {
    AnimateStream stream(server.stub());
    stream.Send(SmallUpload(20));
    stream.HalfClose();
    name = stream.ReadJobName();
    server.animator().AwaitHeld();
  }
  server.AwaitState(name, v1::Job::STATE_CANCELLING);
  server.animator().Release();
  server.AwaitState(name, v1::Job::STATE_CANCELLED);
  EXPECT_LE(server.GetJob(name).progress().frames_done(), 1u);
  ExpectServerGoesOn(server);
}

TEST(DisconnectTest, AfterTheEndChangesNothing) {
  TestServer server;
  std::string name;
  {
    AnimateStream stream(server.stub());
    stream.Send(SmallUpload());
    stream.HalfClose();
    name = stream.ReadJobName();
    server.AwaitState(name, v1::Job::STATE_SUCCEEDED);
  }
  ExpectServerGoesOn(server);
  EXPECT_EQ(server.GetJob(name).state(), v1::Job::STATE_SUCCEEDED);
}

TEST(DisconnectTest, APassedDeadlineStopsTheJob) {
  TestServer server;
  server.animator().HoldAt(Point::kStep, 1);
  // Long enough for a loaded machine to begin the job.
  AnimateStream stream(server.stub(), std::chrono::system_clock::now() +
                                          std::chrono::seconds(2));
  stream.Send(SmallUpload());
  stream.HalfClose();
  const std::string name = stream.ReadJobName();
  server.animator().AwaitHeld();
  EXPECT_EQ(stream.ReadAll().status.error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  server.AwaitState(name, v1::Job::STATE_CANCELLING);
  server.animator().Release();
  server.AwaitState(name, v1::Job::STATE_CANCELLED);
  ExpectServerGoesOn(server);
}

TEST(SlowReaderTest, NeverHoldsTheWorker) {
  TestServer server;
  constexpr uint32_t kFrames = 64;
  // 48 MiB, far more than the transport takes unread.
  Upload large = SmallUpload(kFrames);
  large.start.mutable_spec()->set_width(512);
  large.start.mutable_spec()->set_height(512);
  AnimateStream slow(server.stub());
  ASSERT_TRUE(slow.Send(large));
  slow.HalfClose();
  const std::string name = slow.ReadJobName();

  // The only worker reaches the second job, whole, before the first reader has
  // read a single frame.
  auto other = v1::AnimationService::NewStub(server.NewChannel());
  const Received second = Animate(*other, SmallUpload());
  EXPECT_TRUE(second.status.ok()) << second.status.error_message();
  EXPECT_EQ(second.frames.size(), 2u);
  EXPECT_EQ(server.GetJob(name).state(), v1::Job::STATE_SUCCEEDED);

  // And the slow one has lost nothing.
  const Received received = slow.ReadAll();
  EXPECT_TRUE(received.status.ok()) << received.status.error_message();
  ASSERT_EQ(received.frames.size(), kFrames);
  for (uint32_t i = 0; i < kFrames; ++i) {
    EXPECT_EQ(received.frames[i].head.index(), i);
  }
}

TEST(SlowReaderTest, MayLeaveWithFramesUnread) {
  TestServer server;
  {
    Upload large = SmallUpload(64);
    large.start.mutable_spec()->set_width(512);
    large.start.mutable_spec()->set_height(512);
    AnimateStream slow(server.stub());
    ASSERT_TRUE(slow.Send(large));
    slow.HalfClose();
    server.AwaitState(slow.ReadJobName(), v1::Job::STATE_SUCCEEDED);
  }
  ExpectServerGoesOn(server);
}

TEST(ShutdownTest, EndsStreamsThatAreStillOpen) {
  TestServer server;
  server.animator().HoldAt(Point::kStep, 1);
  AnimateStream uploading(server.stub());
  uploading.SendStart(SmallUpload().start);
  AnimateStream running(server.stub());
  running.Send(SmallUpload());
  running.HalfClose();
  const std::string name = running.ReadJobName();
  server.animator().AwaitHeld();
  server.frontend().Shutdown(absl::ZeroDuration());
  EXPECT_FALSE(uploading.ReadAll().status.ok());
  EXPECT_FALSE(running.ReadAll().status.ok());
  Await(
      [&] { return server.jobs().Get(name)->state == JobState::kCancelling; });
}

}  // namespace
}  // namespace animate
