#include "engine/nn/vae_blocks.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

TEST(VaeAttentionTest, IsOneHeadOverAllPixels) {
  const StateDict weights =
      RandomWeights([](const Scope& scope) { VaeAttention(scope, 8, 4); });
  Parameters parameters(weights);
  const at::Tensor x = RandomTensor({2, 8, 3, 2}, 80);

  const auto apply = [&](const at::Tensor& tokens, const std::string& name) {
    return at::linear(tokens, weights.at(name + ".weight"),
                      weights.at(name + ".bias"));
  };
  const at::Tensor tokens =
      at::group_norm(x, 4, weights.at("group_norm.weight"),
                     weights.at("group_norm.bias"), 1e-6)
          .flatten(2)
          .transpose(1, 2);
  const at::Tensor scores =
      at::matmul(apply(tokens, "to_q"), apply(tokens, "to_k").transpose(1, 2));
  const at::Tensor attended = at::matmul(
      at::softmax(scores / std::sqrt(8.0), -1), apply(tokens, "to_v"));
  const at::Tensor want =
      apply(attended, "to_out.0").transpose(1, 2).reshape({2, 8, 3, 2}) + x;
  EXPECT_TRUE(
      at::allclose(VaeAttention(Scope(parameters), 8, 4).Forward(x, nullptr),
                   want, 1e-4, 1e-5));
}

TEST(VaeMidBlockTest, KeepsTheShape) {
  Parameters parameters(
      RandomWeights([](const Scope& scope) { VaeMidBlock(scope, 8, 4); }));
  const at::Tensor x = RandomTensor({2, 8, 3, 2});
  EXPECT_EQ(VaeMidBlock(Scope(parameters), 8, 4).Forward(x, nullptr).sizes(),
            x.sizes());
}

VaeBlockConfig BlockConfig(Resampler resampler) {
  return {.in_channels = 4,
          .out_channels = 8,
          .num_layers = 2,
          .norm_num_groups = 4,
          .resampler = resampler};
}

TEST(DownEncoderBlock2DTest, HalvesWithADownsamplerOnly) {
  for (const Resampler resampler : {Resampler::kNone, Resampler::kPresent}) {
    const VaeBlockConfig config = BlockConfig(resampler);
    Parameters parameters(RandomWeights(
        [&](const Scope& scope) { DownEncoderBlock2D(scope, config); }));
    const int64_t height = resampler == Resampler::kPresent ? 3 : 6;
    EXPECT_EQ(DownEncoderBlock2D(Scope(parameters), config)
                  .Forward(RandomTensor({1, 4, 6, 4}), nullptr)
                  .sizes(),
              at::IntArrayRef({1, 8, height, height * 2 / 3}));
  }
}

TEST(UpDecoderBlock2DTest, DoublesWithAnUpsamplerOnly) {
  for (const Resampler resampler : {Resampler::kNone, Resampler::kPresent}) {
    const VaeBlockConfig config = BlockConfig(resampler);
    Parameters parameters(RandomWeights(
        [&](const Scope& scope) { UpDecoderBlock2D(scope, config); }));
    const int64_t height = resampler == Resampler::kPresent ? 6 : 3;
    EXPECT_EQ(UpDecoderBlock2D(Scope(parameters), config)
                  .Forward(RandomTensor({1, 4, 3, 2}), nullptr)
                  .sizes(),
              at::IntArrayRef({1, 8, height, height * 2 / 3}));
  }
}

}  // namespace
}  // namespace animate::nn
