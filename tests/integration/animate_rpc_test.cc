// The Animate stream when all goes well.
#include <gtest/gtest.h>

#include <string>

#include "engine/base/crc32c.h"
#include "engine/media/image_codec.h"
#include "tests/integration/animate_stream.h"
#include "tests/integration/test_server.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

TEST(AnimateRpcTest, ReturnsJobProgressFramesAndFinalJob) {
  TestServer server;
  const Received received = Animate(server.stub(), SmallUpload(3));
  EXPECT_TRUE(received.status.ok()) << received.status.error_message();

  ASSERT_EQ(received.jobs.size(), 2u);
  const v1::Job& accepted = received.jobs[0];
  const v1::Job& last = received.jobs[1];
  EXPECT_EQ(accepted.name().substr(0, 5), "jobs/");
  EXPECT_EQ(accepted.state(), v1::Job::STATE_PENDING);
  EXPECT_EQ(accepted.spec().seed(), 7u);
  EXPECT_EQ(accepted.spec().model(), "fake");
  EXPECT_EQ(last.name(), accepted.name());
  EXPECT_EQ(last.state(), v1::Job::STATE_SUCCEEDED);
  EXPECT_EQ(last.progress().frames_done(), 3u);
  EXPECT_TRUE(last.has_end_time());

  ASSERT_EQ(received.frames.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const JoinedFrame& frame = received.frames[i];
    EXPECT_EQ(frame.head.index(), i);
    EXPECT_EQ(frame.head.parts(), 1u);
    EXPECT_EQ(frame.head.width(), 64u);
    EXPECT_EQ(frame.head.height(), 64u);
    EXPECT_EQ(frame.head.crc32c(), Crc32c(frame.data));
    const auto shade =
        static_cast<char>(FakeAnimator::Shade(7, static_cast<int>(i)));
    EXPECT_EQ(frame.data, std::string(64 * 64 * 3, shade));
  }
}

TEST(AnimateRpcTest, SendsProgressUpToTheLastStep) {
  TestServer server;
  server.animator().HoldAt(FakeAnimator::Point::kFrame, 0);
  AnimateStream stream(server.stub());
  ASSERT_TRUE(stream.Send(SmallUpload()));
  stream.HalfClose();
  // All steps are done and no frame is: the newest progress must arrive.
  v1::Progress progress;
  while (progress.step() < 2) {
    const auto response = stream.Read();
    ASSERT_TRUE(response.has_value());
    if (response->has_progress()) progress = response->progress();
  }
  EXPECT_EQ(progress.steps(), 2u);
  EXPECT_EQ(progress.frames_total(), 2u);
  server.animator().Release();
  EXPECT_TRUE(stream.ReadAll().status.ok());
}

TEST(AnimateRpcTest, ChoosesAndEchoesASeed) {
  TestServer server;
  Upload upload = SmallUpload();
  upload.start.mutable_spec()->clear_seed();
  const Received first = Animate(server.stub(), upload);
  const Received second = Animate(server.stub(), upload);
  ASSERT_TRUE(first.status.ok());
  ASSERT_TRUE(second.status.ok());
  EXPECT_NE(first.jobs[0].spec().seed(), second.jobs[0].spec().seed());
  const auto shade =
      static_cast<char>(FakeAnimator::Shade(first.jobs[0].spec().seed(), 0));
  EXPECT_EQ(first.frames[0].data[0], shade);
}

TEST(AnimateRpcTest, SplitsFramesThatADefaultClientCouldNotReceive) {
  TestServer server;
  Upload upload = SmallUpload(2);
  upload.start.mutable_spec()->set_width(1024);
  upload.start.mutable_spec()->set_height(1024);
  const Received received = Animate(server.stub(), upload);
  ASSERT_TRUE(received.status.ok()) << received.status.error_message();
  ASSERT_EQ(received.frames.size(), 2u);
  EXPECT_LE(received.largest_message, size_t{2} << 20);
  for (const JoinedFrame& frame : received.frames) {
    EXPECT_EQ(frame.head.parts(), 2u);
    EXPECT_EQ(frame.data.size(), size_t{3} << 20);
    EXPECT_EQ(frame.head.crc32c(), Crc32c(frame.data));
  }
}

TEST(AnimateRpcTest, SendsEveryFormat) {
  TestServer server;
  for (const v1::OutputFormat format :
       {v1::OUTPUT_FORMAT_JPEG, v1::OUTPUT_FORMAT_PNG,
        v1::OUTPUT_FORMAT_WEBP}) {
    Upload upload = SmallUpload();
    upload.start.mutable_spec()->set_output_format(format);
    const Received received = Animate(server.stub(), upload);
    ASSERT_TRUE(received.status.ok()) << received.status.error_message();
    EXPECT_EQ(received.frames[1].head.format(), format);
    const auto image = DecodeImage(received.frames[1].data);
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->width, 64);
  }
}

TEST(AnimateRpcTest, TakesMorePosesThanFrames) {
  TestServer server;
  Upload upload = SmallUpload(4);
  upload.start.mutable_spec()->set_frame_count(2);
  const Received received = Animate(server.stub(), upload);
  EXPECT_TRUE(received.status.ok()) << received.status.error_message();
  EXPECT_EQ(received.frames.size(), 2u);
}

TEST(AnimateRpcTest, SendsHeartbeatsWhileNothingHappens) {
  TestServer::Options options;
  options.frontend.heartbeat_interval = absl::Milliseconds(5);
  TestServer server(options);
  server.animator().HoldAt(FakeAnimator::Point::kStep, 1);
  AnimateStream stream(server.stub());
  ASSERT_TRUE(stream.Send(SmallUpload()));
  stream.HalfClose();
  int heartbeats = 0;
  while (heartbeats < 3) {
    const auto response = stream.Read();
    ASSERT_TRUE(response.has_value());
    if (response->has_heartbeat()) {
      ++heartbeats;
      EXPECT_GT(response->heartbeat().time().seconds(), 0);
    }
  }
  server.animator().Release();
  EXPECT_TRUE(stream.ReadAll().status.ok());
}

TEST(AnimateRpcTest, AFailedJobEndsTheStreamWithItsError) {
  TestServer server;
  server.animator().FailAtStep(2, absl::InternalError("no luck"));
  const Received received = Animate(server.stub(), SmallUpload());
  EXPECT_EQ(received.status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(received.status.error_message(), "no luck");
  ASSERT_EQ(received.jobs.size(), 2u);
  EXPECT_EQ(received.jobs[1].state(), v1::Job::STATE_FAILED);
  EXPECT_EQ(received.jobs[1].error().message(), "no luck");
  EXPECT_TRUE(Animate(server.stub(), SmallUpload()).status.ok());
}

TEST(AnimateRpcTest, RecordsTheStream) {
  TestServer server;
  ASSERT_TRUE(Animate(server.stub(), SmallUpload(3)).status.ok());
  FakeRecorder& recorder = server.recorder();
  Await([&] {
    return recorder.Count(
               "RpcFinished/animate.v1.AnimationService/Animate/OK") == 1;
  });
  EXPECT_EQ(recorder.Count("StreamOpened"), 1);
  EXPECT_EQ(recorder.Count("StreamClosed", StreamCloseReason::kDone), 1);
  EXPECT_EQ(recorder.Count("FrameDelivered"), 3);
  EXPECT_EQ(recorder.Count("PhaseFinished", JobPhase::kIngest), 1);
  EXPECT_EQ(recorder.Count("JobRejected"), 0);
}

}  // namespace
}  // namespace animate
