#include "engine/nn/unet_layer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

UnetLayerConfig Full() {
  return {.out_channels = 32,
          .temb_channels = 8,
          .norm_num_groups = 4,
          .attention =
              Transformer2DConfig{
                  .heads = 2, .cross_attention_dim = 6, .norm_num_groups = 4},
          .motion = MotionModuleConfig{.heads = 2}};
}

TEST(UnetLayerTest, RunsResnetAttentionAndMotionOfItsIndex) {
  Parameters parameters(RandomWeights(
      [](const Scope& scope) { UnetLayer(scope / "block", 1, 4, Full()); }));
  const UnetLayer layer(Scope(parameters) / "block", 1, 4, Full());
  const std::set<std::string> wanted = {"block.resnets.1", "block.attentions.1",
                                        "block.motion_modules.1"};
  Taps taps(wanted);
  ForwardContext context;
  context.num_frames = 2;
  context.temb = RandomTensor({1, 8});
  context.encoder_hidden_states = RandomTensor({1, 1, 6});
  context.taps = &taps;
  const at::Tensor y = layer.Forward(RandomTensor({2, 4, 3, 3}), context);
  EXPECT_EQ(y.sizes(), at::IntArrayRef({2, 32, 3, 3}));
  EXPECT_THAT(taps.Missing(), testing::IsEmpty());
  EXPECT_TRUE(taps.outputs().at("block.motion_modules.1").is_same(y));
}

TEST(UnetLayerTest, PlainLayersHaveOnlyAResnet) {
  UnetLayerConfig plain = Full();
  plain.attention.reset();
  plain.motion.reset();
  const StateDict weights =
      RandomWeights([&](const Scope& scope) { UnetLayer(scope, 0, 4, plain); });
  for (const auto& [key, tensor] : weights) {
    EXPECT_THAT(key, testing::StartsWith("resnets.0."));
  }
}

}  // namespace
}  // namespace animate::nn
