#include "engine/pipeline/sampling_defaults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/base/error.h"

namespace animate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ApplySamplingTest, AnEmptyOneChangesNothing) {
  ModelInfo info;
  NoiseSchedulerConfig scheduler{.beta_schedule = "scaled_linear"};
  ASSERT_TRUE(ApplySampling({}, info, scheduler).ok());
  EXPECT_EQ(info.num_inference_steps, 25);
  EXPECT_EQ(info.guidance_scale, 3.5);
  EXPECT_EQ(info.noise_mode, NoiseMode::kPerFrame);
  EXPECT_EQ(info.context_schedule, ContextSchedule::kClosed);
  EXPECT_EQ(info.context_frames, 24);
  EXPECT_EQ(info.context_overlap, 4);
  EXPECT_EQ(info.width, 0);
  EXPECT_EQ(info.height, 0);
  EXPECT_EQ(scheduler.beta_schedule, "scaled_linear");
  EXPECT_EQ(info.beta_schedule, BetaSchedule::kScaledLinear)
      << "the scheduler's own is what is published";
}

TEST(ApplySamplingTest, TakesOverEveryKey) {
  ModelInfo info;
  NoiseSchedulerConfig scheduler;
  const SamplingConfig sampling = {.num_inference_steps = 2,
                                   .guidance_scale = 1.0,
                                   .noise = "shared",
                                   .context_schedule = "open",
                                   .context_frames = 16,
                                   .context_overlap = 6,
                                   .beta_schedule = "scaled_linear",
                                   .width = 96,
                                   .height = 144};
  ASSERT_TRUE(ApplySampling(sampling, info, scheduler).ok());
  EXPECT_EQ(info.num_inference_steps, 2);
  EXPECT_EQ(info.guidance_scale, 1.0);
  EXPECT_EQ(info.noise_mode, NoiseMode::kShared);
  EXPECT_EQ(info.context_schedule, ContextSchedule::kOpen);
  EXPECT_EQ(info.context_frames, 16);
  EXPECT_EQ(info.context_overlap, 6);
  EXPECT_EQ(info.beta_schedule, BetaSchedule::kScaledLinear);
  EXPECT_EQ(scheduler.beta_schedule, "scaled_linear");
  EXPECT_EQ(info.width, 96);
  EXPECT_EQ(info.height, 144);
}

TEST(ApplySamplingTest, AShortWindowShrinksTheUsualOverlap) {
  ModelInfo info;
  NoiseSchedulerConfig scheduler;
  ASSERT_TRUE(ApplySampling({.context_frames = 2}, info, scheduler).ok());
  EXPECT_EQ(info.context_overlap, 1);
}

TEST(ApplySamplingTest, WindowsMustFitTheWeightsAndEachOther) {
  NoiseSchedulerConfig scheduler;
  ModelInfo info{.max_context_frames = 24};
  const absl::Status too_long =
      ApplySampling({.context_frames = 25}, info, scheduler);
  EXPECT_EQ(too_long.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(too_long), "UNSUPPORTED_MODEL_CONFIG");
  EXPECT_THAT(
      std::string(too_long.message()),
      AllOf(HasSubstr("context_frames"), HasSubstr("24"), HasSubstr("25")));
  info = {.context_frames = 24, .max_context_frames = 24};
  EXPECT_THAT(
      std::string(
          ApplySampling({.context_overlap = 24}, info, scheduler).message()),
      HasSubstr("context_overlap"));
}

}  // namespace
}  // namespace animate
