#include "engine/nn/layers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/matmul.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

TEST(LinearTest, MapsTheLastAxis) {
  const at::Tensor weight = RandomTensor({3, 4}, 1);
  const at::Tensor bias = RandomTensor({3}, 2);
  Parameters parameters({{"a.weight", weight}, {"a.bias", bias}});
  const at::Tensor x = RandomTensor({2, 5, 4}, 3);
  const at::Tensor product = at::matmul(x, weight.t());
  EXPECT_TRUE(at::allclose(Linear(Scope(parameters) / "a", 4, 3).Forward(x),
                           product + bias, 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(
      Linear(Scope(parameters) / "a", 4, 3, Bias::kNone).Forward(x), product,
      1e-5, 1e-6));
}

TEST(LinearTest, SharesItsWeightsWithTheStateDict) {
  Parameters parameters(
      {{"weight", RandomTensor({3, 4})}, {"bias", RandomTensor({3})}});
  const Linear linear(Scope(parameters), 4, 3);
  EXPECT_TRUE(linear.weight.is_same(parameters.state_dict().at("weight")));
}

TEST(ProjectionTest, LinearAndPointwiseConvolutionAreTheSameMap) {
  const at::Tensor weight = RandomTensor({3, 4}, 1);
  Parameters parameters({{"linear.weight", weight},
                         {"linear.bias", RandomTensor({3}, 2)},
                         {"conv.weight", weight.view({3, 4, 1, 1})},
                         {"conv.bias", RandomTensor({3}, 2)}});
  const Scope scope(parameters);
  const at::Tensor x = RandomTensor({2, 5, 4}, 3);
  EXPECT_TRUE(at::equal(Projection(scope / "linear", 4, 3).Forward(x),
                        Projection(scope / "conv", 4, 3).Forward(x)));
  EXPECT_EQ(parameters.Verify("projections"), absl::OkStatus());
}

TEST(ProjectionTest, AsksForTheConfiguredRankWhenMissing) {
  Parameters parameters{StateDict{}};
  Projection(Scope(parameters), 4, 3, Projection::Rank::kConvolution);
  EXPECT_THAT(std::string(parameters.Verify("x").message()),
              testing::HasSubstr("weight [3, 4, 1, 1]"));
}

TEST(Conv2dTest, GeometryDecidesTheSize) {
  Parameters parameters(
      {{"weight", RandomTensor({2, 3, 3, 3})}, {"bias", RandomTensor({2})}});
  const at::Tensor x = RandomTensor({1, 3, 7, 5});
  EXPECT_EQ(Conv2d(Scope(parameters), 3, 2).Forward(x).sizes(),
            at::IntArrayRef({1, 2, 7, 5}));
  EXPECT_EQ(Conv2d(Scope(parameters), 3, 2, {.stride = 2}).Forward(x).sizes(),
            at::IntArrayRef({1, 2, 4, 3}));
}

TEST(GroupNormTest, StatisticsAreThoseOfOneRow) {
  Parameters parameters(
      {{"weight", RandomTensor({4}, 1)}, {"bias", RandomTensor({4}, 2)}});
  const GroupNorm norm(Scope(parameters), 2, 4, 1e-6);
  const at::Tensor x = RandomTensor({3, 4, 2, 2}, 3);
  EXPECT_TRUE(at::allclose(norm.Forward(x.narrow(0, 1, 1)),
                           norm.Forward(x).narrow(0, 1, 1), 1e-5, 1e-6));
}

TEST(LayerNormTest, NormalisesTheLastAxis) {
  Parameters parameters(
      {{"weight", RandomTensor({6}) * 0 + 1}, {"bias", RandomTensor({6}) * 0}});
  const at::Tensor y =
      LayerNorm(Scope(parameters), 6).Forward(RandomTensor({2, 3, 6}) * 5 + 2);
  EXPECT_LT(y.mean(-1).abs().max().item<double>(), 1e-5);
  EXPECT_NEAR(y.square().mean().item<double>(), 1.0, 1e-4);
}

}  // namespace
}  // namespace animate::nn
