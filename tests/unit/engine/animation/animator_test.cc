#include "engine/animation/animator.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace animate {
namespace {

TEST(EngineStageNameTest, EveryStageHasItsOwnName) {
  std::set<std::string> names;
  for (const EngineStage stage :
       {EngineStage::kClip, EngineStage::kVaeEncode, EngineStage::kReference,
        EngineStage::kPose, EngineStage::kDenoise, EngineStage::kVaeDecode}) {
    names.emplace(EngineStageName(stage));
  }
  EXPECT_EQ(names, (std::set<std::string>{"clip", "vae_encode", "reference",
                                          "pose", "denoise", "vae_decode"}));
}

TEST(DefaultParametersTest, AModelThatSaysNothingIsSampledAsTheReference) {
  const AnimationParameters p = DefaultParameters(ModelInfo());
  EXPECT_EQ(p.width, 512);
  EXPECT_EQ(p.height, 512);
  EXPECT_EQ(p.num_inference_steps, 25);
  EXPECT_EQ(p.guidance_scale, 3.5);
  EXPECT_EQ(p.noise_mode, NoiseMode::kPerFrame);
  EXPECT_EQ(p.beta_schedule, BetaSchedule::kLinear);
  EXPECT_FALSE(p.context_frames.has_value());
  EXPECT_FALSE(p.context_overlap.has_value());
  EXPECT_FALSE(p.context_schedule.has_value());
}

TEST(DefaultParametersTest, AreThoseOfTheModel) {
  const AnimationParameters p =
      DefaultParameters({.num_inference_steps = 2,
                         .guidance_scale = 1.0,
                         .noise_mode = NoiseMode::kShared,
                         .beta_schedule = BetaSchedule::kScaledLinear,
                         .width = 96,
                         .height = 144});
  EXPECT_EQ(p.width, 96);
  EXPECT_EQ(p.height, 144);
  EXPECT_EQ(p.num_inference_steps, 2);
  EXPECT_EQ(p.guidance_scale, 1.0);
  EXPECT_EQ(p.noise_mode, NoiseMode::kShared);
  EXPECT_EQ(p.beta_schedule, BetaSchedule::kScaledLinear);
}

}  // namespace
}  // namespace animate
