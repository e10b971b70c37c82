// A server that falls silent amid a stream, as one does whose connection died
// without anybody noticing.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "client/animation_client.h"
#include "client/secure_channel.h"
#include "engine/base/error.h"
#include "tests/unit/client/fake_animation_service.h"

namespace animate {
namespace {

constexpr absl::Duration kSilence = absl::Seconds(1);

AnimationClient ImpatientClient(const FakeAnimationService& service,
                                absl::Duration silence_limit = kSilence) {
  return AnimationClient(OpenChannel(service.address(), {}), silence_limit);
}

AnimationRequest ClipRequest() {
  AnimationRequest request;
  request.spec.set_frame_count(2);
  request.reference = "reference";
  request.pose_kind = v1::POSE_KIND_VIDEO;
  request.poses = {"clip"};
  return request;
}

void SayNothing(const grpc::ServerContext& context) {
  while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(1));
}

grpc::Status AcceptSendOneFrameAndFallSilent(
    FakeAnimationService::Stream& stream, grpc::ServerContext& context) {
  stream.Write(JobEvent(v1::Job::STATE_PENDING, 2));
  stream.Write(FrameEvent(0, "zero"));
  SayNothing(context);
  return {grpc::StatusCode::CANCELLED, "nobody is there"};
}

TEST(ServerSilenceTest, IsUnavailableForWhoHasNoPatience) {
  FakeAnimationService service;
  service.on_uploaded = AcceptSendOneFrameAndFallSilent;
  const auto job = ImpatientClient(service).Animate(ClipRequest(), {});
  EXPECT_EQ(job.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorReason(job.status()), "SERVER_SILENT");
}

TEST(ServerSilenceTest, TheClientGoesOnWhereItBegan) {
  FakeAnimationService service;
  service.on_uploaded = AcceptSendOneFrameAndFallSilent;
  uint32_t resumed_at = 0;
  service.on_stream_opened = [&](const v1::StreamFramesRequest::Open& open,
                                 FakeAnimationService::FrameStream& stream) {
    resumed_at = open.start_frame();
    v1::StreamFramesResponse response;
    *response.mutable_frame() = FramePart(1, 0, 1, "one", "one");
    stream.Write(response);
    *response.mutable_job() = JobEvent(v1::Job::STATE_SUCCEEDED, 2).job();
    stream.Write(response);
    return grpc::Status::OK;
  };
  std::vector<std::string> frames;
  const auto job = ImpatientClient(service).Animate(
      ClipRequest(),
      {.on_frame =
           [&](ReceivedFrame frame) {
             frames.push_back(std::move(frame.data));
             return absl::OkStatus();
           }},
      nullptr, absl::InfiniteDuration(), absl::Minutes(1));
  EXPECT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(resumed_at, 1u);
  EXPECT_EQ(frames, (std::vector<std::string>{"zero", "one"}));
}

TEST(ServerSilenceTest, HeartbeatsAreASign) {
  // A busy machine may hold a heartbeat back for some time.
  static constexpr absl::Duration kLimit = absl::Seconds(2);
  FakeAnimationService service;
  service.on_uploaded = [](FakeAnimationService::Stream& stream,
                           grpc::ServerContext&) {
    stream.Write(JobEvent(v1::Job::STATE_PENDING, 0));
    const absl::Time end = absl::Now() + 1.5 * kLimit;
    while (absl::Now() < end) {
      v1::AnimateResponse heartbeat;
      heartbeat.mutable_heartbeat();
      stream.Write(heartbeat);
      absl::SleepFor(kLimit / 40);
    }
    stream.Write(JobEvent(v1::Job::STATE_SUCCEEDED, 0));
    return grpc::Status::OK;
  };
  const auto job = ImpatientClient(service, kLimit).Animate(ClipRequest(), {});
  EXPECT_TRUE(job.ok()) << job.status();
}

// Inputs may take any time to be read and checked.
TEST(ServerSilenceTest, BeforeItAcceptsTheServerMayThink) {
  FakeAnimationService service;
  service.on_uploaded = [](FakeAnimationService::Stream& stream,
                           grpc::ServerContext&) {
    absl::SleepFor(1.5 * kSilence);
    stream.Write(JobEvent(v1::Job::STATE_PENDING, 0));
    stream.Write(JobEvent(v1::Job::STATE_SUCCEEDED, 0));
    return grpc::Status::OK;
  };
  const auto job = ImpatientClient(service).Animate(ClipRequest(), {});
  EXPECT_TRUE(job.ok()) << job.status();
}

TEST(ServerSilenceTest, AFollowedStreamIsGuardedToo) {
  FakeAnimationService service;
  int opened = 0;
  service.on_stream_opened = [&](const v1::StreamFramesRequest::Open&,
                                 FakeAnimationService::FrameStream& stream) {
    v1::StreamFramesResponse response;
    if (++opened == 1) {
      *response.mutable_job() = JobEvent(v1::Job::STATE_RUNNING, 0).job();
      stream.Write(response);
      v1::StreamFramesRequest request;
      while (stream.Read(&request)) {
      }
      return grpc::Status(grpc::StatusCode::CANCELLED, "nobody is there");
    }
    *response.mutable_job() = JobEvent(v1::Job::STATE_SUCCEEDED, 0).job();
    stream.Write(response);
    return grpc::Status::OK;
  };
  const auto job = ImpatientClient(service).Follow("jobs/1", {}, {});
  EXPECT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(opened, 2);
}

}  // namespace
}  // namespace animate
