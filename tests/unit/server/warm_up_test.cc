#include "server/warm_up.h"

#include <gtest/gtest.h>

#include "tests/support/fake_animator.h"

namespace animate {
namespace {

TEST(WarmUpTest, RunsOneStep) {
  FakeAnimator animator;
  EXPECT_TRUE(WarmUp(animator, Limits(), CancellationToken()).ok());
  EXPECT_EQ(animator.runs_started(), 1);
  EXPECT_EQ(animator.steps_done(), 1);
}

TEST(WarmUpTest, FitsAnyLimits) {
  Limits limits;
  limits.size_multiple = 48;
  limits.min_side = 96;
  limits.max_frames = 1;
  limits.max_guidance_scale = 1.0;
  FakeAnimator animator;
  const absl::Status status = WarmUp(animator, limits, CancellationToken());
  EXPECT_TRUE(status.ok()) << status;
}

TEST(WarmUpTest, ReturnsTheErrorOfTheAnimator) {
  FakeAnimator animator;
  animator.FailAtStep(1, absl::InternalError("no"));
  EXPECT_EQ(WarmUp(animator, Limits(), CancellationToken()).code(),
            absl::StatusCode::kInternal);
}

TEST(NarrowToModelTest, NeverAllowsWhatTheModelCannot) {
  ModelInfo model;
  model.size_multiple = 12;
  model.num_train_timesteps = 50;
  model.max_context_frames = 16;
  Limits wide;
  wide.size_multiple = 8;
  wide.min_side = 64;
  const Limits limits = NarrowToModel(wide, model);
  EXPECT_EQ(limits.size_multiple, 24);
  EXPECT_EQ(limits.min_side, 72);
  EXPECT_EQ(limits.max_steps, 50);
  EXPECT_EQ(limits.max_context_frames, 16);
  EXPECT_EQ(limits.max_frames, wide.max_frames);
}

}  // namespace
}  // namespace animate
