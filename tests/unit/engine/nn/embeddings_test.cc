#include "engine/nn/embeddings.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

TEST(TimestepSinusoidsTest, CosinesComeFirstWhenFlipped) {
  const at::Tensor zero = at::tensor({0});
  const at::Tensor flipped =
      TimestepSinusoids(zero, {.channels = 6, .flip_sin_to_cos = true});
  EXPECT_TRUE(at::equal(
      flipped, at::tensor({1.f, 1.f, 1.f, 0.f, 0.f, 0.f}).unsqueeze(0)));
  const at::Tensor plain =
      TimestepSinusoids(zero, {.channels = 6, .flip_sin_to_cos = false});
  EXPECT_TRUE(at::equal(
      plain, at::tensor({0.f, 0.f, 0.f, 1.f, 1.f, 1.f}).unsqueeze(0)));
}

TEST(TimestepSinusoidsTest, FrequenciesFallGeometrically) {
  const at::Tensor y = TimestepSinusoids(
      at::tensor({3, 7}), {.channels = 8, .downscale_freq_shift = 1});
  EXPECT_EQ(y.sizes(), at::IntArrayRef({2, 8}));
  for (int i = 0; i < 4; ++i) {
    const double frequency = std::exp(-std::log(10000.0) * i / (4 - 1));
    EXPECT_NEAR(y[1][i].item<double>(), std::cos(7 * frequency), 1e-6);
    EXPECT_NEAR(y[1][4 + i].item<double>(), std::sin(7 * frequency), 1e-6);
  }
}

TEST(TimestepSinusoidsTest, OddWidthEndsInAZero) {
  const at::Tensor y = TimestepSinusoids(at::tensor({5}), {.channels = 5});
  EXPECT_EQ(y.size(1), 5);
  EXPECT_EQ(y[0][4].item<double>(), 0.0);
}

TEST(TimestepEmbeddingTest, ComputesSinusoidsInFloatForNarrowWeights) {
  // Far beyond what bfloat16 can hold as a whole number.
  const at::Tensor timesteps = at::tensor({999, 998});
  StateDict weights = RandomWeights([](const Scope& scope) {
    TimestepEmbedding(scope, {.channels = 8}, 12);
  });
  for (auto& [key, tensor] : weights) {
    tensor = tensor.to(c10::ScalarType::BFloat16);
  }
  Parameters parameters(weights);
  const at::Tensor y = TimestepEmbedding(Scope(parameters), {.channels = 8}, 12)
                           .Forward(timesteps);
  EXPECT_EQ(y.sizes(), at::IntArrayRef({2, 12}));
  EXPECT_EQ(y.scalar_type(), c10::ScalarType::BFloat16);
  EXPECT_FALSE(at::equal(y[0], y[1]));
}

}  // namespace
}  // namespace animate::nn
