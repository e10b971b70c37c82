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

}  // namespace
}  // namespace animate::nn
