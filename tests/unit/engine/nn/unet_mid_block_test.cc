#include "engine/nn/unet_mid_block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

TEST(UnetMidBlockTest, HasTwoResnetsAroundAttentionAndMotion) {
  const UnetLayerConfig config = {
      .out_channels = 32,
      .temb_channels = 6,
      .norm_num_groups = 4,
      .attention =
          Transformer2DConfig{
              .heads = 2, .cross_attention_dim = 6, .norm_num_groups = 4},
      .motion = MotionModuleConfig{.heads = 2}};
  Parameters parameters(RandomWeights(
      [&](const Scope& scope) { UnetMidBlock(scope / "mid_block", config); }));
  Taps taps({"mid_block.resnets.0", "mid_block.attentions.0",
             "mid_block.motion_modules.0", "mid_block.resnets.1", "mid_block"});
  ForwardContext context;
  context.num_frames = 3;
  context.temb = RandomTensor({1, 6});
  context.encoder_hidden_states = RandomTensor({1, 1, 6});
  context.taps = &taps;
  const at::Tensor y = UnetMidBlock(Scope(parameters) / "mid_block", config)
                           .Forward(RandomTensor({3, 32, 2, 1}), context);
  EXPECT_EQ(y.sizes(), at::IntArrayRef({3, 32, 2, 1}));
  EXPECT_THAT(taps.Missing(), testing::IsEmpty());
  EXPECT_TRUE(taps.outputs().at("mid_block.resnets.1").is_same(y));
}

}  // namespace
}  // namespace animate::nn
