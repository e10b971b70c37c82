#include "engine/model/motion_inference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "engine/model/denoising_unet.h"
#include "tests/support/golden.h"
#include "tests/support/random_weights.h"

namespace animate {
namespace {

UnetConfig SmallUnet() {
  return {.block_out_channels = {32, 32, 64},
          .layers_per_block = {1, 1, 1},
          .down_attention = {true, true, false},
          .up_attention = {true, true, false},
          .num_attention_heads = {2, 2, 2},
          .transformer_layers_per_block = {1, 1, 1},
          .cross_attention_dim = 8,
          .time_embedding_dim = 32};
}

MotionConfig Infer(const MotionConfig& truth, const MotionConfig& given) {
  Parameters parameters(RandomWeights(
      [&](const Scope& scope) { DenoisingUnet(scope, SmallUnet(), truth); }));
  return InferMotionConfig(Scope(parameters), SmallUnet(), given);
}

TEST(InferMotionConfigTest, FindsWhatTheWeightsHold) {
  const MotionConfig truth{.motion_module_resolutions = {1, 4},
                           .motion_module_mid_block = false,
                           .motion_module_decoder_only = true,
                           .num_attention_heads = 4,
                           .num_transformer_block = 2,
                           .num_attention_blocks = 3,
                           .temporal_position_encoding = false,
                           .temporal_attention_dim_div = 2};
  const MotionConfig found = Infer(truth, {.num_attention_heads = 4});
  EXPECT_EQ(found.motion_module_resolutions, truth.motion_module_resolutions);
  EXPECT_FALSE(found.motion_module_mid_block);
  EXPECT_TRUE(found.motion_module_decoder_only);
  EXPECT_EQ(found.num_attention_heads, 4);
  EXPECT_EQ(found.num_transformer_block, 2);
  EXPECT_EQ(found.num_attention_blocks, 3);
  EXPECT_FALSE(found.temporal_position_encoding);
  EXPECT_EQ(found.temporal_attention_dim_div, 2);
}

TEST(InferMotionConfigTest, MissingModulesStayMissing) {
  const MotionConfig found = Infer({.use_motion_module = false}, {});
  EXPECT_TRUE(found.use_motion_module);
  EXPECT_EQ(found.motion_module_resolutions,
            MotionConfig().motion_module_resolutions);
}

TEST(InferMotionConfigTest, AgreesWithTheFileOfAGoldenModel) {
  const std::unique_ptr<Golden> golden = Golden::Open("nano");
  ASSERT_NE(golden, nullptr);
  const MotionConfig stated = golden->inference_config().motion;
  Parameters parameters(golden->denoising_unet());
  const MotionConfig found =
      InferMotionConfig(Scope(parameters), golden->unet_config(), {});
  EXPECT_EQ(found.motion_module_resolutions, stated.motion_module_resolutions);
  EXPECT_EQ(found.motion_module_mid_block, stated.motion_module_mid_block);
  EXPECT_EQ(found.motion_module_decoder_only,
            stated.motion_module_decoder_only);
  EXPECT_EQ(found.num_transformer_block, stated.num_transformer_block);
  EXPECT_EQ(found.num_attention_blocks, stated.num_attention_blocks);
}

}  // namespace
}  // namespace animate
