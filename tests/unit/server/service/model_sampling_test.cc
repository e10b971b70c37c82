#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "server/service/request_parser.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;
using Start = v1::AnimateRequest::Start;

// A request that leaves everything open that it may.
Start OpenStart() {
  Start start;
  start.mutable_spec()->set_frame_count(4);
  start.mutable_inputs()->mutable_reference();
  start.mutable_inputs()->set_pose_kind(v1::POSE_KIND_IMAGES);
  start.mutable_inputs()->set_pose_items(4);
  start.mutable_inputs()->set_total_bytes(1000);
  return start;
}

TEST(ModelSamplingTest, WhatIsLeftOutIsAsTheModelSays) {
  Offer offer;
  offer.models = {{.context_frames = 12,
                   .context_overlap = 6,
                   .context_schedule = ContextSchedule::kOpen,
                   .num_inference_steps = 2,
                   .guidance_scale = 1.0,
                   .noise_mode = NoiseMode::kShared,
                   .beta_schedule = BetaSchedule::kScaledLinear,
                   .width = 96,
                   .height = 144}};
  const auto own = ParseStart(OpenStart(), offer, /*seed=*/0);
  ASSERT_TRUE(own.ok()) << own.status();
  const AnimationParameters& p = *own->spec.animation;
  EXPECT_EQ(p.width, 96);
  EXPECT_EQ(p.height, 144);
  EXPECT_EQ(p.num_inference_steps, 2);
  EXPECT_EQ(p.guidance_scale, 1.0);
  EXPECT_EQ(p.noise_mode, NoiseMode::kShared);
  EXPECT_EQ(p.beta_schedule, BetaSchedule::kScaledLinear);
  EXPECT_EQ(p.context_schedule, ContextSchedule::kOpen);
  EXPECT_EQ(p.context_frames, 12);
  EXPECT_EQ(p.context_overlap, 6);
}

TEST(ModelSamplingTest, ARequestOverridesTheModel) {
  Offer offer;
  offer.models = {{.num_inference_steps = 2,
                   .guidance_scale = 1.0,
                   .noise_mode = NoiseMode::kShared,
                   .beta_schedule = BetaSchedule::kScaledLinear,
                   .width = 96,
                   .height = 144}};
  Start start = OpenStart();
  v1::JobSpec& spec = *start.mutable_spec();
  spec.set_width(64);
  spec.set_steps(20);
  spec.set_guidance_scale(3.0f);
  spec.mutable_sampler()->set_noise_mode(v1::NOISE_MODE_PER_FRAME);
  spec.mutable_sampler()->set_beta_schedule(v1::BETA_SCHEDULE_LINEAR);
  const auto parsed = ParseStart(start, offer, /*seed=*/0);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const AnimationParameters& p = *parsed->spec.animation;
  EXPECT_EQ(p.width, 64);
  EXPECT_EQ(p.height, 144);
  EXPECT_EQ(p.num_inference_steps, 20);
  EXPECT_EQ(p.guidance_scale, 3.0);
  EXPECT_EQ(p.noise_mode, NoiseMode::kPerFrame);
  EXPECT_EQ(p.beta_schedule, BetaSchedule::kLinear);
}

TEST(ModelSamplingTest, AnUnknownNoiseModeIsNamed) {
  Offer offer;
  offer.models = {ModelInfo()};
  Start start = OpenStart();
  start.mutable_spec()->mutable_sampler()->set_noise_mode(
      static_cast<v1::NoiseMode>(77));
  const absl::Status status = ParseStart(start, offer, /*seed=*/0).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorReason(status), "INVALID_FIELD");
  EXPECT_EQ(GetErrorDetails(status)->field_violations.at(0).field,
            "spec.sampler.noise_mode");
}

}  // namespace
}  // namespace animate
