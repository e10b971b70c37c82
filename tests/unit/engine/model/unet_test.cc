#include "engine/model/unet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
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
      [&](const Scope& scope) { UnetTrunk(scope, TwoLevels(), motion, {}); });
}

nn::ForwardContext Conditions(int64_t clips) {
  nn::ForwardContext context;
  context.encoder_hidden_states = RandomTensor({clips, 1, 8}, 40);
  return context;
}

at::Tensor RunTrunk(const UnetTrunk& trunk, const at::Tensor& sample,
                    const at::Tensor& added, nn::ForwardContext context) {
  return trunk.ForwardRest(trunk.ForwardFrames(sample, added, context),
                           context);
}

TEST(UnetTrunkTest, NamesItsTransformerBlocksInOrderOfExecution) {
  Parameters parameters(Weights(nullptr));
  const UnetTrunk trunk(Scope(parameters), TwoLevels(), nullptr, {});
  ReferenceFeatures recorded;
  nn::ForwardContext context = Conditions(1);
  context.record = &recorded;
  context.temb = trunk.TimeEmbedding(at::tensor({3}));
  RunTrunk(trunk, RandomTensor({1, 4, 4, 4}), {}, context);
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
  const UnetTrunk trunk(Scope(parameters), TwoLevels(), nullptr, {});
  const at::Tensor sample = RandomTensor({2, 4, 3, 5});
  const auto run = [&](const at::Tensor& timesteps, const at::Tensor& added) {
    nn::ForwardContext context = Conditions(2);
    context.temb = trunk.TimeEmbedding(timesteps);
    return RunTrunk(trunk, sample, added, context);
  };
  const at::Tensor plain = run(at::tensor({10}), {});
  EXPECT_EQ(plain.sizes(), at::IntArrayRef({2, 32, 3, 5}));
  EXPECT_FALSE(at::equal(run(at::tensor({500}), {}), plain));
  EXPECT_FALSE(
      at::equal(run(at::tensor({10}), RandomTensor({2, 32, 3, 5})), plain));
  EXPECT_TRUE(at::allclose(run(at::tensor({10, 10}), {}), plain, 1e-4, 1e-4));
}

TEST(UnetTrunkTest, ShiftsOfEveryResnetTakeThePlaceOfTheEmbedding) {
  Parameters parameters(Weights(nullptr));
  const UnetTrunk trunk(Scope(parameters), TwoLevels(), nullptr, {});
  const at::Tensor sample = RandomTensor({2, 4, 3, 5});
  nn::ForwardContext context = Conditions(2);
  const at::Tensor temb = trunk.TimeEmbedding(at::tensor({10, 700}));
  const std::vector<nn::TimeShiftMap> shifts = trunk.TimeShifts(temb);
  ASSERT_EQ(shifts.size(), 2u);
  EXPECT_EQ(shifts[0].size(), 2u + 2u + 4u);
  context.temb = temb.narrow(0, 1, 1);
  const at::Tensor want = RunTrunk(trunk, sample, {}, context);
  context.temb = at::Tensor();
  context.time_shifts = &shifts[1];
  EXPECT_TRUE(
      at::allclose(RunTrunk(trunk, sample, {}, context), want, 1e-4, 1e-5));
}

TEST(UnetTrunkTest, PicturesKeepOneLayout) {
  Parameters parameters(Weights(nullptr));
  const UnetTrunk trunk(Scope(parameters), TwoLevels(), nullptr, {});
  nn::ForwardContext context = Conditions(2);
  context.temb = trunk.TimeEmbedding(at::tensor({10}));
  const UnetTrunk::Front front = trunk.ForwardFrames(
      RandomTensor({4, 4, 3, 5}), RandomTensor({2, 32, 3, 5}), context);
  constexpr at::MemoryFormat kLast = at::MemoryFormat::ChannelsLast;
  EXPECT_TRUE(front.skip.is_contiguous(kLast));
  EXPECT_TRUE(front.hidden.is_contiguous(kLast));
  EXPECT_TRUE(trunk.ForwardRest(front, context).is_contiguous(kLast));
}

}  // namespace
}  // namespace animate
