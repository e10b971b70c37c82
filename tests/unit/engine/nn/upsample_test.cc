#include "engine/nn/upsample.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cstdint>

#include "tests/support/op_counts.h"
#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

// A 3x3 convolution that passes on its centre.
StateDict Centre() {
  at::Tensor weight = at::zeros({1, 1, 3, 3});
  weight[0][0][1][1] = 1.0;
  return {{"conv.weight", weight}, {"conv.bias", at::zeros({1})}};
}

StateDict UpsampleWeights(int64_t channels) {
  return RandomWeights(
      [&](const Scope& scope) { Upsample2D(scope, channels); });
}

TEST(Upsample2DTest, PixelsAreDoubledAndOddSidesDropTheLast) {
  Parameters parameters(Centre());
  const Upsample2D upsample(Scope(parameters), 1);
  const at::Tensor x = RandomTensor({1, 1, 4, 3});
  EXPECT_EQ(upsample.Forward(x).sizes(), at::IntArrayRef({1, 1, 8, 6}));
  const at::Tensor odd = upsample.Forward(x, 7, 5);
  ASSERT_EQ(odd.sizes(), at::IntArrayRef({1, 1, 7, 5}));
  for (int64_t i = 0; i < 7; ++i) {
    for (int64_t j = 0; j < 5; ++j) {
      EXPECT_EQ(odd[0][0][i][j].item<float>(),
                x[0][0][i / 2][j / 2].item<float>());
    }
  }
}

TEST(Upsample2DTest, FourSmallConvolutionsGiveTheSameForEveryParity) {
  const StateDict weights = UpsampleWeights(6);
  Parameters first(weights);
  Parameters second(weights);
  const Upsample2D fast(Scope(first), 6);
  const Upsample2D plain(Scope(second), 6, ExactShortcuts::None());
  for (const int64_t h : {1, 2, 7, 13}) {
    for (const int64_t w : {1, 4, 9}) {
      const at::Tensor x = RandomTensor({2, 6, h, w}, 5);
      const at::Tensor last = x.contiguous(at::MemoryFormat::ChannelsLast);
      for (const int64_t height : {2 * h, 2 * h - 1}) {
        for (const int64_t width : {2 * w, 2 * w - 1}) {
          const at::Tensor want = plain.Forward(x, height, width);
          EXPECT_TRUE(
              at::allclose(fast.Forward(x, height, width), want, 1e-4, 1e-5))
              << h << "x" << w << " to " << height << "x" << width;
          EXPECT_TRUE(at::allclose(fast.Forward(last, height, width), want,
                                   1e-4, 1e-5));
        }
      }
    }
  }
}

TEST(Upsample2DTest, EnlargesNothingBeforeTheConvolution) {
  Parameters parameters(UpsampleWeights(6));
  const Upsample2D upsample(Scope(parameters), 6);
  const at::Tensor x = RandomTensor({2, 6, 4, 4}, 5);
  EXPECT_EQ(OpCounts([&] { upsample.Forward(x); })["aten::upsample_nearest2d"],
            0);
  // Any other size goes the long way.
  EXPECT_EQ(upsample.Forward(x, 9, 3).sizes(), at::IntArrayRef({2, 6, 9, 3}));
}

TEST(Upsample2DTest, WeightsThatAreTrainedStayPlain) {
  StateDict weights = UpsampleWeights(6);
  weights.at("conv.weight").requires_grad_(true);
  Parameters parameters(weights);
  Upsample2D(Scope(parameters), 6)
      .Forward(RandomTensor({1, 6, 3, 3}, 5))
      .square()
      .sum()
      .backward();
  EXPECT_TRUE(weights.at("conv.weight").grad().defined());
}

}  // namespace
}  // namespace animate::nn
