#include "engine/nn/recompute.h"

#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sigmoid.h>
#include <c10/core/GradMode.h>

#include <vector>

#include "tests/support/counted_memory.h"
#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

at::Tensor Leaf(const std::vector<int64_t>& shape, uint64_t seed) {
  return RandomTensor(shape, seed).set_requires_grad(true);
}

// Many steps between x and the result, each of which keeps something.
at::Tensor Chain(const at::Tensor& x, const at::Tensor& weight) {
  at::Tensor hidden = x;
  for (int i = 0; i < 8; ++i) hidden = at::sigmoid(at::mm(hidden, weight));
  return hidden;
}

TEST(RecomputeTest, GradientsAreThoseOfThePlainCall) {
  const at::Tensor x = Leaf({4, 6}, 1);
  const at::Tensor weight = Leaf({6, 6}, 2);
  Chain(x, weight).square().sum().backward();
  const at::Tensor x_gradient = x.grad().clone();
  const at::Tensor weight_gradient = weight.grad().clone();
  x.mutable_grad() = at::Tensor();
  weight.mutable_grad() = at::Tensor();

  const std::vector<at::Tensor> results = Recompute(
      [&weight](const std::vector<at::Tensor>& inputs) {
        return std::vector<at::Tensor>{Chain(inputs[0], weight)};
      },
      {x});
  EXPECT_TRUE(results.front().requires_grad());
  results.front().square().sum().backward();
  EXPECT_TRUE(at::equal(x.grad(), x_gradient));
  EXPECT_TRUE(at::equal(weight.grad(), weight_gradient));
}

TEST(RecomputeTest, WeightsHaveGradientsWhereNoInputHas) {
  const at::Tensor weight = Leaf({6, 6}, 2);
  const at::Tensor x = RandomTensor({4, 6}, 1);
  Recompute(
      [&weight](const std::vector<at::Tensor>& inputs) {
        return std::vector<at::Tensor>{Chain(inputs[0], weight)};
      },
      {x})
      .front()
      .sum()
      .backward();
  EXPECT_GT(weight.grad().abs().max().item<double>(), 0);
}

TEST(RecomputeTest, UndefinedInputsAndResultsStayUndefined) {
  const at::Tensor x = Leaf({2}, 1);
  const std::vector<at::Tensor> results = Recompute(
      [](const std::vector<at::Tensor>& inputs) {
        EXPECT_FALSE(inputs[1].defined());
        return std::vector<at::Tensor>{at::Tensor(), inputs[0] * 2,
                                       inputs[0] * 3};
      },
      {x, at::Tensor()});
  EXPECT_FALSE(results[0].defined());
  (results[1] + results[2]).sum().backward();
  EXPECT_EQ(x.grad()[0].item<double>(), 5);
}

TEST(RecomputeTest, KeepsNothingButTheInputs) {
  const at::Tensor x = Leaf({64, 64}, 1);
  const at::Tensor weight = Leaf({64, 64}, 2);
  const CountedMemory memory;
  const int64_t empty = memory.live();
  at::Tensor result = Chain(x, weight);
  const int64_t plain = memory.live() - empty;
  result = at::Tensor();
  result = Recompute(
               [&weight](const std::vector<at::Tensor>& inputs) {
                 return std::vector<at::Tensor>{Chain(inputs[0], weight)};
               },
               {x})
               .front();
  const int64_t recomputed = memory.live() - empty;
  EXPECT_EQ(recomputed, x.nbytes());
  EXPECT_GE(plain, 8 * recomputed);
}

TEST(RecomputeTest, WithoutAutogradItIsThePlainCall) {
  const at::Tensor x = Leaf({2}, 1);
  const c10::NoGradGuard no_gradients;
  int calls = 0;
  const std::vector<at::Tensor> results = Recompute(
      [&calls](const std::vector<at::Tensor>& inputs) {
        ++calls;
        return inputs;
      },
      {x});
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(results.front().is_same(x));
}

TEST(RecomputeTest, AutocastIsAsItWas) {
  const at::Tensor x = Leaf({4, 4}, 1);
  std::vector<c10::ScalarType> types;
  const auto function = [&](const std::vector<at::Tensor>& inputs) {
    const at::Tensor product = at::mm(inputs[0], inputs[0]);
    types.push_back(product.scalar_type());
    return std::vector<at::Tensor>{product};
  };
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const std::vector<at::Tensor> results = Recompute(function, {x});
  at::autocast::set_autocast_enabled(at::kCPU, false);
  at::autocast::clear_cache();
  results.front().sum().backward();
  EXPECT_EQ(types, std::vector<c10::ScalarType>(2, at::kBFloat16));
  EXPECT_FALSE(at::autocast::is_autocast_enabled(at::kCPU));
}

}  // namespace
}  // namespace animate::nn
