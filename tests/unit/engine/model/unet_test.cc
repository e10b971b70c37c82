#include "engine/model/unet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/random_weights.h"

namespace animate {
namespace {

UnetConfig TwoLevels() {
  return {.block_out_channels = {32, 64},
          .layers_per_block = {1, 1},
          .down_attention = {true, true},
          .up_attention = {true, false},
          .num_attention_heads = {2, 4},
          .transformer_layers_per_block = {1, 1},
          .cross_attention_dim = 8,
          .time_embedding_dim = 128};
}

StateDict Weights(const MotionConfig* motion) {
  return RandomWeights(
      [&](const Scope& scope) { UnetTrunk(scope, TwoLevels(), motion); });
}

nn::ForwardContext Conditions(int64_t clips) {
  nn::ForwardContext context;
  context.encoder_hidden_states = RandomTensor({clips, 1, 8}, 40);
  return context;
}

TEST(UnetTrunkTest, NamesItsTransformerBlocksInOrderOfExecution) {
  Parameters parameters(Weights(nullptr));
  const UnetTrunk trunk(Scope(parameters), TwoLevels(), nullptr);
  ReferenceFeatures recorded;
  nn::ForwardContext context = Conditions(1);
  context.record = &recorded;
  trunk.Forward(
      {.sample = RandomTensor({1, 4, 4, 4}), .timesteps = at::tensor(3)},
      context);
  std::vector<std::string> names;
  for (const ReferenceFeatures::Block& block : recorded.blocks) {
    names.push_back(block.name);
  }
  EXPECT_EQ(names, trunk.transformer_blocks());
  EXPECT_EQ(names.front(), "down_blocks.0.attentions.0.transformer_blocks.0");
}

TEST(UnetTrunkTest, MotionModulesAreOnlyWhereAsked) {
  EXPECT_EQ(Weights(nullptr).count(
                "mid_block.motion_modules.0.temporal_transformer.norm.weight"),
            0u);
  const MotionConfig motion{.num_attention_heads = 2};
  const StateDict weights = Weights(&motion);
  for (const char* block : {"down_blocks.1", "mid_block", "up_blocks.0"}) {
    EXPECT_EQ(weights.count(std::string(block) +
                            ".motion_modules.0.temporal_transformer.norm"
                            ".weight"),
              1u)
        << block;
  }
}

TEST(UnetTrunkTest, AddedFeaturesAndTimestepMoveTheOutput) {
  Parameters parameters(Weights(nullptr));
  const UnetTrunk trunk(Scope(parameters), TwoLevels(), nullptr);
  const at::Tensor sample = RandomTensor({2, 4, 3, 5});
  const auto run = [&](const at::Tensor& timesteps, const at::Tensor& added) {
    return trunk.Forward(
        {.sample = sample, .timesteps = timesteps, .added = added},
        Conditions(2));
  };
  const at::Tensor plain = run(at::tensor(10), {});
  EXPECT_EQ(plain.sizes(), at::IntArrayRef({2, 32, 3, 5}));
  EXPECT_FALSE(at::equal(run(at::tensor(500), {}), plain));
  EXPECT_FALSE(
      at::equal(run(at::tensor(10), RandomTensor({2, 32, 3, 5})), plain));
  EXPECT_TRUE(at::equal(run(at::tensor({10, 10}), {}), plain));
  EXPECT_THROW(run(at::tensor({10, 10, 10}), {}), c10::Error);
}

}  // namespace
}  // namespace animate
