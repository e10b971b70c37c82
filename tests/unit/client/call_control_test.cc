#include "client/call_control.h"

#include <gtest/gtest.h>

#include <thread>

#include "client/animation_client.h"
#include "tests/unit/client/fake_animation_service.h"

namespace animate {
namespace {

AnimationRequest OneFrame() {
  AnimationRequest request;
  request.spec.set_frame_count(1);
  request.reference = "r";
  request.pose_kind = v1::POSE_KIND_VIDEO;
  request.poses = {"clip"};
  return request;
}

// Accepts the job and then waits until the client has gone.
grpc::Status WaitForTheClientToLeave(FakeAnimationService::Stream& stream,
                                     grpc::ServerContext& context) {
  stream.Write(JobEvent(v1::Job::STATE_RUNNING, 1));
  while (!context.IsCancelled()) std::this_thread::yield();
  return grpc::Status::CANCELLED;
}

TEST(CallControlTest, AbandonLeavesWithoutAskingTheServer) {
  FakeAnimationService service;
  service.on_uploaded = WaitForTheClientToLeave;
  CallControl control;
  const auto job =
      AnimationClient(service.address())
          .Animate(OneFrame(),
                   {.on_accepted = [&](const v1::Job&) { control.Abandon(); }},
                   &control);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(service.cancelled().empty());
  EXPECT_TRUE(control.cancelled());
}

TEST(CallControlTest, CancelBeforeTheJobIsAcceptedLeaves) {
  FakeAnimationService service;
  service.on_uploaded = WaitForTheClientToLeave;
  CallControl control;
  const auto job =
      AnimationClient(service.address())
          .Animate(OneFrame(),
                   {.on_upload = [&](uint64_t, uint64_t) { control.Cancel(); }},
                   &control);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(service.cancelled().empty());
}

TEST(CallControlTest, CancelAfterTheEndChangesNothing) {
  CallControl control;
  AnimationClient("127.0.0.1:1")
      .Animate(OneFrame(), {}, &control)
      .IgnoreError();
  control.Cancel();
  EXPECT_FALSE(control.cancelled());
}

}  // namespace
}  // namespace animate
