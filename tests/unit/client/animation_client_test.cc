#include "client/animation_client.h"

#include <gtest/gtest.h>

#include <thread>

#include "engine/base/error.h"
#include "tests/unit/client/fake_animation_service.h"

namespace animate {
namespace {

AnimationRequest TwoFrames() {
  AnimationRequest request;
  request.spec.set_frame_count(2);
  request.reference = std::string((size_t{1} << 20) + 5, 'r');
  request.pose_kind = v1::POSE_KIND_VIDEO;
  request.poses = {"clip"};
  return request;
}

// Accepts the job, sends both frames, ends well.
grpc::Status SendTwoFrames(FakeAnimationService::Stream& stream,
                           grpc::ServerContext&) {
  stream.Write(JobEvent(v1::Job::STATE_PENDING, 2));
  v1::AnimateResponse progress;
  progress.mutable_progress()->set_stage(v1::STAGE_DENOISING);
  stream.Write(progress);
  stream.Write(FrameEvent(0, "zero"));
  stream.Write(FrameEvent(1, "one"));
  stream.Write(JobEvent(v1::Job::STATE_SUCCEEDED, 2));
  return grpc::Status::OK;
}

TEST(AnimationClientTest, UploadsInputsAndHandsOutFramesInOrder) {
  FakeAnimationService service;
  service.on_uploaded = SendTwoFrames;
  std::vector<std::string> events;
  uint64_t uploaded = 0;

  const absl::StatusOr<v1::Job> job =
      AnimationClient(service.address())
          .Animate(
              TwoFrames(),
              {.on_upload = [&](uint64_t sent, uint64_t) { uploaded = sent; },
               .on_accepted =
                   [&](const v1::Job& accepted) {
                     events.push_back(accepted.name());
                   },
               .on_progress =
                   [&](const v1::Progress&) { events.push_back("progress"); },
               .on_frame =
                   [&](ReceivedFrame frame) {
                     events.push_back(frame.data);
                     return absl::OkStatus();
                   }});

  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state(), v1::Job::STATE_SUCCEEDED);
  EXPECT_EQ(events,
            (std::vector<std::string>{"jobs/1", "progress", "zero", "one"}));
  ASSERT_EQ(service.items.size(), 2u);
  EXPECT_EQ(service.items[0], TwoFrames().reference);
  EXPECT_EQ(service.items[1], "clip");
  EXPECT_EQ(service.chunks.size(), 3u);
  EXPECT_EQ(service.start.inputs().total_bytes(), uploaded);
}

TEST(AnimationClientTest, WorksWithoutAnyCallback) {
  FakeAnimationService service;
  service.on_uploaded = SendTwoFrames;
  EXPECT_TRUE(AnimationClient(service.address()).Animate(TwoFrames(), {}).ok());
}

TEST(AnimationClientTest, ReturnsTheServersRefusal) {
  FakeAnimationService service;
  service.refusal =
      grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "width is odd");
  const auto job = AnimationClient(service.address()).Animate(TwoFrames(), {});
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(job.status().message(), "width is odd");
}

TEST(AnimationClientTest, AStreamThatEndsEarlyIsAnError) {
  FakeAnimationService service;
  service.on_uploaded = [](FakeAnimationService::Stream& stream,
                           grpc::ServerContext&) {
    stream.Write(JobEvent(v1::Job::STATE_PENDING, 2));
    stream.Write(FrameEvent(0, "zero"));
    stream.Write(JobEvent(v1::Job::STATE_SUCCEEDED, 2));
    return grpc::Status::OK;
  };
  const auto job = AnimationClient(service.address()).Animate(TwoFrames(), {});
  EXPECT_EQ(GetErrorReason(job.status()), "STREAM_INCOMPLETE");
}

TEST(AnimationClientTest, AnErrorOfTheCallbackEndsTheCallAndIsReturned) {
  FakeAnimationService service;
  service.on_uploaded = [](FakeAnimationService::Stream& stream,
                           grpc::ServerContext& context) {
    stream.Write(JobEvent(v1::Job::STATE_PENDING, 2));
    stream.Write(FrameEvent(0, "zero"));
    while (!context.IsCancelled()) std::this_thread::yield();
    return grpc::Status::CANCELLED;
  };
  const auto job = AnimationClient(service.address())
                       .Animate(TwoFrames(), {.on_frame = [](ReceivedFrame) {
                                  return absl::UnavailableError("disk full");
                                }});
  EXPECT_EQ(job.status(), absl::UnavailableError("disk full"));
}

TEST(AnimationClientTest, FramesOfARestartBeginAgain) {
  FakeAnimationService service;
  service.on_uploaded = [](FakeAnimationService::Stream& stream,
                           grpc::ServerContext&) {
    stream.Write(JobEvent(v1::Job::STATE_PENDING, 1));
    stream.Write(FrameEvent(0, "old"));
    v1::AnimateResponse reset;
    reset.mutable_reset()->set_generation(2);
    stream.Write(reset);
    v1::AnimateResponse frame = FrameEvent(0, "new");
    frame.mutable_frame()->set_generation(2);
    stream.Write(frame);
    stream.Write(JobEvent(v1::Job::STATE_SUCCEEDED, 1));
    return grpc::Status::OK;
  };
  std::string last;
  bool reset = false;
  const auto job =
      AnimationClient(service.address())
          .Animate(TwoFrames(),
                   {.on_frame =
                        [&](ReceivedFrame frame) {
                          last = frame.data;
                          return absl::OkStatus();
                        },
                    .on_reset = [&](const v1::Reset&) { reset = true; }});
  EXPECT_TRUE(job.ok()) << job.status();
  EXPECT_TRUE(reset);
  EXPECT_EQ(last, "new");
}

TEST(AnimationClientTest, CancelAsksTheServerAndWaitsForItsAnswer) {
  FakeAnimationService service;
  service.on_uploaded = [&](FakeAnimationService::Stream& stream,
                            grpc::ServerContext& context) {
    stream.Write(JobEvent(v1::Job::STATE_RUNNING, 2));
    service.AwaitCancelJob();
    // A client that had torn the stream down would never see this message.
    EXPECT_FALSE(context.IsCancelled());
    return grpc::Status(grpc::StatusCode::CANCELLED, "by its caller");
  };
  CallControl control;
  std::thread canceller;
  const auto job =
      AnimationClient(service.address())
          .Animate(TwoFrames(),
                   {.on_accepted =
                        [&](const v1::Job&) {
                          canceller = std::thread([&] { control.Cancel(); });
                        }},
                   &control);
  canceller.join();
  EXPECT_EQ(job.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(job.status().message(), "by its caller");
  EXPECT_EQ(service.cancelled(), std::vector<std::string>{"jobs/1"});
}

TEST(AnimationClientTest, AControlCancelledBeforehandStopsTheCallAtOnce) {
  FakeAnimationService service;
  CallControl control;
  control.Cancel();
  const auto job =
      AnimationClient(service.address()).Animate(TwoFrames(), {}, &control);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(service.chunks.empty());
}

TEST(AnimationClientTest, TheTimeoutEndsACallThatHangs) {
  FakeAnimationService service;
  service.on_uploaded = [](FakeAnimationService::Stream& stream,
                           grpc::ServerContext& context) {
    stream.Write(JobEvent(v1::Job::STATE_RUNNING, 2));
    while (!context.IsCancelled()) std::this_thread::yield();
    return grpc::Status::CANCELLED;
  };
  const auto job =
      AnimationClient(service.address())
          .Animate(TwoFrames(), {}, nullptr, absl::Milliseconds(300));
  EXPECT_EQ(job.status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(AnimationClientTest, NobodyThereIsUnavailable) {
  AnimationClient client("127.0.0.1:1");
  EXPECT_EQ(client.GetServerInfo().status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(client.Animate(TwoFrames(), {}).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(AnimationClientTest, LooksJobsUpAndCancelsThem) {
  FakeAnimationService service;
  service.jobs.resize(1);
  service.jobs[0].set_name("jobs/7");
  AnimationClient client(service.address());
  EXPECT_EQ(client.GetJob("jobs/7")->name(), "jobs/7");
  EXPECT_EQ(client.GetJob("jobs/8").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(client.ListJobs({})->jobs_size(), 1);
  EXPECT_EQ(client.CancelJob("jobs/7", "test")->state(),
            v1::Job::STATE_CANCELLING);
}

TEST(AnimationClientTest, HealthFollowsTheServer) {
  FakeAnimationService service;
  AnimationClient client(service.address());
  EXPECT_TRUE(client.CheckHealth("").ok());
  service.health = grpc::health::v1::HealthCheckResponse::NOT_SERVING;
  const absl::Status status = client.CheckHealth("");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorReason(status), "NOT_SERVING");
}

}  // namespace
}  // namespace animate
