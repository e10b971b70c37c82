#include "engine/training/pose_guider_weights.h"

#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>

#include <string>

#include "engine/model/pose_guider.h"

namespace animate {
namespace {

double LargestOf(const at::Tensor& tensor) {
  return tensor.abs().max().item<double>();
}

PoseGuider Built(const StateDict& weights) {
  Parameters parameters(weights);
  PoseGuider pose_guider{Scope(parameters)};
  EXPECT_EQ(parameters.Verify("pose_guider"), absl::OkStatus());
  return pose_guider;
}

TEST(PoseGuiderWeightsTest, ThePublicFormHasTheWidthsGiven) {
  const StateDict weights =
      NewPublicPoseGuider({8, 16, 24}, 32, PoseGuiderEnd::kKaiming, 1);
  const PoseGuider pose_guider = Built(weights);
  EXPECT_FALSE(pose_guider.adds_to_latents());
  EXPECT_EQ(pose_guider.out_channels(), 32);
  EXPECT_EQ(pose_guider.spatial_factor(), 4);
  EXPECT_GT(LargestOf(weights.at("conv_out.weight")), 0);
}

TEST(PoseGuiderWeightsTest, BesideTrainedNetworksItBeginsWithoutInfluence) {
  const StateDict weights =
      NewPublicPoseGuider({8, 16}, 32, PoseGuiderEnd::kZero, 1);
  EXPECT_EQ(LargestOf(weights.at("conv_out.weight")), 0);
  EXPECT_GT(LargestOf(weights.at("blocks.1.weight")), 0);
}

// Hu 2023, section 3.2.
TEST(PoseGuiderWeightsTest, ThePapersFormIsGaussianAndEndsInZero) {
  const StateDict weights = NewPaperPoseGuider({16, 32, 64, 128}, 4, 1);
  const PoseGuider pose_guider = Built(weights);
  EXPECT_TRUE(pose_guider.adds_to_latents());
  EXPECT_EQ(pose_guider.out_channels(), 4);
  EXPECT_EQ(pose_guider.spatial_factor(), 8);
  EXPECT_EQ(weights.at("blocks.3.weight").sizes(),
            at::IntArrayRef({128, 64, 4, 4}));
  EXPECT_NEAR(weights.at("blocks.3.weight").std().item<double>(), 0.02, 1e-3);
  EXPECT_EQ(LargestOf(weights.at("conv_out.weight")), 0);
  EXPECT_EQ(LargestOf(weights.at("conv_out.bias")), 0);
}

TEST(PoseGuiderWeightsTest, TakesTheHintEncoderOutOfAControlNet) {
  StateDict control_net = {
      {"conv_in.weight", at::ones({4, 4, 3, 3})},
      {"down_blocks.0.resnets.0.norm1.bias", at::ones({4})}};
  for (const auto& [key, tensor] :
       NewPublicPoseGuider({8, 16}, 32, PoseGuiderEnd::kKaiming, 1)) {
    control_net["controlnet_cond_embedding." + key] = tensor;
  }
  const StateDict weights = PoseGuiderFrom(control_net);
  Built(weights);
  EXPECT_EQ(LargestOf(weights.at("conv_out.weight")), 0);
  EXPECT_TRUE(
      weights.at("conv_in.weight")
          .is_same(control_net.at("controlnet_cond_embedding.conv_in.weight")));
}

TEST(PoseGuiderWeightsTest, LeavesAPoseGuiderAsItIs) {
  const StateDict weights =
      NewPublicPoseGuider({8, 16}, 32, PoseGuiderEnd::kKaiming, 1);
  EXPECT_TRUE(PoseGuiderFrom(weights)
                  .at("conv_out.weight")
                  .is_same(weights.at("conv_out.weight")));
}

}  // namespace
}  // namespace animate
