#include "engine/nn/basic_transformer_block.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/layer_norm.h>
#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

constexpr TransformerBlockConfig kConfig = {
    .dim = 8, .heads = 2, .cross_attention_dim = 6};

struct Block {
  Block()
      : weights(RandomWeights([](const Scope& scope) {
          BasicTransformerBlock(scope / "path", kConfig);
        })),
        parameters(weights),
        block(Scope(parameters) / "path", kConfig) {}
  StateDict weights;
  Parameters parameters;
  BasicTransformerBlock block;
};

ForwardContext OneCondition() {
  ForwardContext context;
  context.encoder_hidden_states = RandomTensor({1, 1, 6}, 50);
  return context;
}

TEST(BasicTransformerBlockTest, RecordsTheOutputOfItsFirstNorm) {
  const Block b;
  const at::Tensor x = RandomTensor({2, 5, 8}, 51);
  ReferenceFeatures recorded;
  ForwardContext context = OneCondition();
  const at::Tensor plain = b.block.Forward(x, context);
  context.record = &recorded;
  EXPECT_TRUE(at::equal(b.block.Forward(x, context), plain));
  ASSERT_THAT(recorded.blocks, testing::SizeIs(1));
  EXPECT_EQ(recorded.blocks[0].name, "path");
  EXPECT_TRUE(
      at::equal(recorded.blocks[0].tokens,
                at::layer_norm(x, {8}, b.weights.at("path.norm1.weight"),
                               b.weights.at("path.norm1.bias"))));
}

TEST(BasicTransformerBlockTest, ReadsTheFeaturesOfItsOwnPath) {
  const Block b;
  const at::Tensor x = RandomTensor({2, 5, 8}, 51);
  const std::vector<int64_t> rows = {0};
  ReferenceFeatures features{{{"other", RandomTensor({1, 9, 8}, 52)},
                              {"path", RandomTensor({1, 5, 8}, 53)}}};
  ForwardContext context = OneCondition();
  const at::Tensor plain = b.block.Forward(x, context);
  context.reference = &features;
  context.reference_rows = rows;
  const at::Tensor with = b.block.Forward(x, context);
  EXPECT_FALSE(at::equal(with, plain));
  features.blocks[0].tokens = RandomTensor({1, 9, 8}, 54);
  EXPECT_TRUE(at::equal(b.block.Forward(x, context), with));
}

TEST(BasicTransformerBlockTest, EmptyFeaturesArePlainSelfAttention) {
  const Block b;
  const at::Tensor x = RandomTensor({2, 5, 8}, 51);
  const ReferenceFeatures none;
  ForwardContext context = OneCondition();
  const at::Tensor plain = b.block.Forward(x, context);
  context.reference = &none;
  EXPECT_TRUE(at::equal(b.block.Forward(x, context), plain));
}

TEST(BasicTransformerBlockTest, RefusesFeaturesOfAnotherNetwork) {
  const Block b;
  const std::vector<int64_t> rows = {0};
  const ReferenceFeatures features{{{"other", RandomTensor({1, 9, 8}, 52)}}};
  ForwardContext context = OneCondition();
  context.reference = &features;
  context.reference_rows = rows;
  EXPECT_THROW(b.block.Forward(RandomTensor({2, 5, 8}, 51), context),
               c10::Error);
}

TEST(BasicTransformerBlockTest, ConditionMovesTheOutput) {
  const Block b;
  const at::Tensor x = RandomTensor({2, 5, 8}, 51);
  ForwardContext context = OneCondition();
  const at::Tensor before = b.block.Forward(x, context);
  context.encoder_hidden_states = context.encoder_hidden_states + 1;
  EXPECT_FALSE(at::equal(b.block.Forward(x, context), before));
}

TEST(BasicTransformerBlockTest, HalfFeaturesMeetFloatWeights) {
  const Block b;
  const at::Tensor x = RandomTensor({2, 5, 8}, 51);
  const std::vector<int64_t> rows = {0};
  const at::Tensor half = RandomTensor({1, 5, 8}, 53).to(at::kHalf);
  ReferenceFeatures features{{{"path", half}}};
  ForwardContext context = OneCondition();
  context.reference = &features;
  context.reference_rows = rows;
  const at::Tensor first = b.block.Forward(x, context);
  features.blocks[0].tokens = half.to(at::kFloat);
  EXPECT_TRUE(at::equal(b.block.Forward(x, context), first));
}

TEST(BasicTransformerBlockTest, CrossAttentionToOneTokenIsAVector) {
  StateDict weights = Block().weights;
  ForwardContext context = OneCondition();
  const at::Tensor x = RandomTensor({2, 5, 8}, 51);
  TransformerBlockConfig plain_config = kConfig;
  plain_config.shortcuts = ExactShortcuts::None();
  Parameters plain_parameters(weights);
  const at::Tensor want =
      BasicTransformerBlock(Scope(plain_parameters) / "path", plain_config)
          .Forward(x, context);
  // What only chooses between keys has no say where there is one.
  for (const char* key : {"path.norm2.weight", "path.attn2.to_q.weight",
                          "path.attn2.to_k.weight"}) {
    weights.at(key) = weights.at(key) * 7;
  }
  Parameters parameters(weights);
  const BasicTransformerBlock block(Scope(parameters) / "path", kConfig);
  EXPECT_TRUE(at::allclose(block.Forward(x, context), want, 1e-4, 1e-5));
  EXPECT_EQ(block.Prepare(context).cross_attention.sizes(),
            at::IntArrayRef({1, 8}));

  context.encoder_hidden_states = RandomTensor({1, 2, 6}, 50);
  EXPECT_FALSE(block.Prepare(context).cross_attention.defined());
}

TEST(BasicTransformerBlockTest, PreparedConditionsTakeThePlaceOfTheirSource) {
  const Block b;
  const at::Tensor x = RandomTensor({4, 5, 8}, 51);
  const std::vector<int64_t> rows = {kNoReference, 0};
  const ReferenceFeatures features{{{"path", RandomTensor({1, 5, 8}, 53)}}};
  ForwardContext context;
  context.encoder_hidden_states = RandomTensor({2, 1, 6}, 50);
  context.reference = &features;
  context.reference_rows = rows;
  const at::Tensor want = b.block.Forward(x, context);
  const BlockConditionsMap prepared = {{"path", b.block.Prepare(context)}};
  context.reference = nullptr;
  context.blocks = &prepared;
  EXPECT_TRUE(at::equal(b.block.Forward(x, context), want));
}

TEST(BasicTransformerBlockTest, OneRowOfFramesBecomesARowPerCondition) {
  const Block b;
  const at::Tensor x = RandomTensor({3, 5, 8}, 51);
  ForwardContext context;
  context.encoder_hidden_states = RandomTensor({2, 1, 6}, 50);
  const at::Tensor want = b.block.Forward(x.repeat({2, 1, 1}), context);
  context.one_row_for_all = true;
  EXPECT_TRUE(at::allclose(b.block.Forward(x, context), want, 1e-5, 1e-6));
}

TEST(BasicTransformerBlockTest, StopsWhereNothingIsReadAfter) {
  const Block b;
  ReferenceFeatures recorded;
  const std::string path = "path";
  ForwardContext context = OneCondition();
  context.record = &recorded;
  context.stop_at = &path;
  EXPECT_FALSE(b.block.Forward(RandomTensor({2, 5, 8}), context).defined());
  EXPECT_THAT(recorded.blocks, testing::SizeIs(1));
}

}  // namespace
}  // namespace animate::nn
