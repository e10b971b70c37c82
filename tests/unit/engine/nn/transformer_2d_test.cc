#include "engine/nn/transformer_2d.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

constexpr Transformer2DConfig kTransformerConfig = {.heads = 2,
                                                    .num_layers = 2,
                                                    .cross_attention_dim = 6,
                                                    .norm_num_groups = 4};

StateDict TransformerWeights(const Transformer2DConfig& config) {
  return RandomWeights(
      [&](const Scope& scope) { Transformer2DModel(scope, 8, config); });
}

ForwardContext OneTransformerCondition() {
  ForwardContext context;
  context.encoder_hidden_states = RandomTensor({1, 1, 6}, 50);
  return context;
}

TEST(Transformer2DModelTest, ConfigurationNamesTheKeys) {
  Transformer2DConfig linear = kTransformerConfig;
  linear.use_linear_projection = true;
  EXPECT_EQ(TransformerWeights(kTransformerConfig).at("proj_in.weight").dim(),
            4);
  EXPECT_EQ(TransformerWeights(linear).at("proj_in.weight").dim(), 2);
  EXPECT_EQ(TransformerWeights(kTransformerConfig)
                .count("transformer_blocks.1.attn2.to_q.weight"),
            1u);
}

TEST(Transformer2DModelTest, RankOfTheWeightsWinsOverTheConfiguration) {
  StateDict weights = TransformerWeights(kTransformerConfig);
  Parameters convolution(weights);
  for (const char* key : {"proj_in.weight", "proj_out.weight"}) {
    weights[key] = weights[key].flatten(1);
  }
  Parameters linear(weights);
  const at::Tensor x = RandomTensor({2, 8, 3, 2}, 60);
  EXPECT_TRUE(
      at::equal(Transformer2DModel(Scope(convolution), 8, kTransformerConfig)
                    .Forward(x, OneTransformerCondition()),
                Transformer2DModel(Scope(linear), 8, kTransformerConfig)
                    .Forward(x, OneTransformerCondition())));
  EXPECT_EQ(linear.Verify("transformer"), absl::OkStatus());
}

TEST(Transformer2DModelTest, ZeroProjectionLeavesTheInput) {
  StateDict weights = TransformerWeights(kTransformerConfig);
  for (auto& [key, tensor] : weights) {
    if (absl::StartsWith(key, "proj_out")) tensor = at::zeros_like(tensor);
  }
  Parameters parameters(weights);
  const at::Tensor x = RandomTensor({2, 8, 3, 2}, 60);
  EXPECT_TRUE(
      at::equal(Transformer2DModel(Scope(parameters), 8, kTransformerConfig)
                    .Forward(x, OneTransformerCondition()),
                x));
}

TEST(Transformer2DModelTest, TransposingTheImageTransposesTheResult) {
  // Pixels are a set to attention: no position is known.
  Parameters parameters(TransformerWeights(kTransformerConfig));
  const Transformer2DModel transformer(Scope(parameters), 8,
                                       kTransformerConfig);
  const at::Tensor x = RandomTensor({1, 8, 3, 2}, 60);
  EXPECT_TRUE(at::allclose(
      transformer.Forward(x.transpose(2, 3).contiguous(),
                          OneTransformerCondition()),
      transformer.Forward(x, OneTransformerCondition()).transpose(2, 3), 1e-4,
      1e-5));
}

}  // namespace
}  // namespace animate::nn
