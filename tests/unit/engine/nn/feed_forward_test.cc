#include "engine/nn/feed_forward.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/erf.h>
#include <ATen/ops/linear.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

TEST(FeedForwardTest, SecondHalfGatesTheFirst) {
  const StateDict weights =
      RandomWeights([](const Scope& scope) { FeedForward(scope, 6); });
  Parameters parameters(weights);
  const at::Tensor x = RandomTensor({2, 3, 6}, 7, 3.0);

  const at::Tensor projected = at::linear(x, weights.at("net.0.proj.weight"),
                                          weights.at("net.0.proj.bias"));
  const at::Tensor value = projected.narrow(-1, 0, 24);
  const at::Tensor gate = projected.narrow(-1, 24, 24);
  const at::Tensor gelu = gate * 0.5 * (1 + at::erf(gate / std::sqrt(2.0)));
  const at::Tensor want = at::linear(value * gelu, weights.at("net.2.weight"),
                                     weights.at("net.2.bias"));
  EXPECT_TRUE(at::allclose(FeedForward(Scope(parameters), 6).Forward(x), want,
                           1e-4, 1e-6));
}

TEST(FeedForwardTest, ResidualInPiecesIsTheSumInOne) {
  const auto build = [](const Scope& scope) {
    FeedForward(scope / "ff", 64);
    LayerNorm(scope / "norm", 64);
  };
  Parameters parameters(RandomWeights(build));
  const FeedForward ff(Scope(parameters) / "ff", 64);
  const LayerNorm norm(Scope(parameters) / "norm", 64);
  // More tokens than go through the middle together.
  const at::Tensor x = RandomTensor({2, 4500, 64}, 3);
  const at::Tensor want = x + ff.Forward(norm.Forward(x));
  EXPECT_TRUE(
      at::allclose(ff.ForwardResidual(x.clone(), norm), want, 1e-4, 1e-5));
}

TEST(FeedForwardTest, ResidualLeavesItsInputWhereGradientsFlow) {
  const auto build = [](const Scope& scope) {
    FeedForward(scope / "ff", 8);
    LayerNorm(scope / "norm", 8);
  };
  Parameters parameters(RandomWeights(build));
  const FeedForward ff(Scope(parameters) / "ff", 8);
  const LayerNorm norm(Scope(parameters) / "norm", 8);
  at::Tensor x = RandomTensor({1, 5, 8}, 3).requires_grad_(true);
  ff.ForwardResidual(x, norm).square().sum().backward();
  EXPECT_GT(x.grad().abs().sum().item<double>(), 0.0);
}

}  // namespace
}  // namespace animate::nn
