#include "engine/nn/resnet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

constexpr ResnetConfig kWidening = {.in_channels = 4,
                                    .out_channels = 8,
                                    .temb_channels = 6,
                                    .norm_num_groups = 2};

TEST(ResnetBlock2DTest, ShortcutIsAConvolutionOnlyWhereWidthsDiffer) {
  ResnetConfig same = kWidening;
  same.in_channels = 8;
  const auto keys = [](const ResnetConfig& config) {
    return RandomWeights(
        [&](const Scope& scope) { ResnetBlock2D(scope, config); });
  };
  EXPECT_EQ(keys(kWidening).count("conv_shortcut.weight"), 1u);
  EXPECT_EQ(keys(same).count("conv_shortcut.weight"), 0u);
}

TEST(ResnetBlock2DTest, NoTimeEmbeddingMeansNoSuchWeights) {
  ResnetConfig config = kWidening;
  config.temb_channels = 0;
  Parameters parameters(
      RandomWeights([&](const Scope& scope) { ResnetBlock2D(scope, config); }));
  EXPECT_FALSE(parameters.Has("time_emb_proj.weight"));
  EXPECT_EQ(ResnetBlock2D(Scope(parameters), config)
                .Forward(RandomTensor({2, 4, 3, 5}), {}, nullptr)
                .sizes(),
            at::IntArrayRef({2, 8, 3, 5}));
}

TEST(ResnetBlock2DTest, EachTimeEmbeddingServesItsFrames) {
  Parameters parameters(RandomWeights(
      [](const Scope& scope) { ResnetBlock2D(scope, kWidening); }));
  const ResnetBlock2D resnet(Scope(parameters), kWidening);
  const at::Tensor x = RandomTensor({6, 4, 3, 5}, 2);
  const at::Tensor temb = RandomTensor({2, 6}, 3);
  const at::Tensor together = resnet.Forward(x, temb, nullptr);
  for (int64_t row = 0; row < 6; ++row) {
    EXPECT_TRUE(
        at::allclose(resnet.Forward(x.narrow(0, row, 1),
                                    temb.narrow(0, row / 3, 1), nullptr),
                     together.narrow(0, row, 1), 1e-4, 1e-5));
  }
}

TEST(ResnetBlock2DTest, LastConvolutionAtZeroLeavesTheInput) {
  ResnetConfig config = kWidening;
  config.in_channels = 8;
  StateDict weights =
      RandomWeights([&](const Scope& scope) { ResnetBlock2D(scope, config); });
  for (const char* key : {"conv2.weight", "conv2.bias"}) {
    weights[key] = at::zeros_like(weights[key]);
  }
  Parameters parameters(weights);
  const at::Tensor x = RandomTensor({1, 8, 3, 3});
  EXPECT_TRUE(at::equal(ResnetBlock2D(Scope(parameters), config)
                            .Forward(x, RandomTensor({1, 6}), nullptr),
                        x));
}

// A 3x3 convolution that passes on its centre.
StateDict Identity() {
  at::Tensor weight = at::zeros({1, 1, 3, 3});
  weight[0][0][1][1] = 1.0;
  return {{"conv.weight", weight}, {"conv.bias", at::zeros({1})}};
}

TEST(Downsample2DTest, PaddingDecidesWhichPixelsRemain) {
  Parameters parameters(Identity());
  const at::Tensor x = RandomTensor({1, 1, 5, 4});
  const at::Tensor symmetric = Downsample2D(Scope(parameters), 1, 1).Forward(x);
  EXPECT_EQ(symmetric.sizes(), at::IntArrayRef({1, 1, 3, 2}));
  EXPECT_EQ(symmetric[0][0][1][1].item<float>(), x[0][0][2][2].item<float>());

  const at::Tensor asymmetric =
      Downsample2D(Scope(parameters), 1, 0).Forward(x);
  EXPECT_EQ(asymmetric.sizes(), at::IntArrayRef({1, 1, 2, 2}));
  EXPECT_EQ(asymmetric[0][0][0][0].item<float>(), x[0][0][1][1].item<float>());
}

TEST(ResnetBlock2DTest, ShiftedBiasIsTheTimeEmbeddingInOneTerm) {
  Parameters parameters(RandomWeights(
      [](const Scope& scope) { ResnetBlock2D(scope, kWidening); }));
  const ResnetBlock2D resnet(Scope(parameters), kWidening);
  const at::Tensor x = RandomTensor({3, 4, 3, 5}, 2);
  const at::Tensor temb = RandomTensor({2, 6}, 3);
  const at::Tensor biases = resnet.ShiftedBias(temb);
  ASSERT_EQ(biases.sizes(), at::IntArrayRef({2, 8}));
  for (int64_t t = 0; t < 2; ++t) {
    EXPECT_TRUE(at::allclose(resnet.ForwardShifted(x, biases[t], nullptr),
                             resnet.Forward(x, temb.narrow(0, t, 1), nullptr),
                             1e-4, 1e-5));
  }
}

}  // namespace
}  // namespace animate::nn
