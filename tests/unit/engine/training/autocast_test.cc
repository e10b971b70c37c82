#include "engine/training/autocast.h"

#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>

namespace animate {
namespace {

TEST(AutocastScope, ComputesProductsInSixteenBits) {
  const at::Tensor weight = at::ones({4, 4}).requires_grad_();
  {
    const AutocastScope autocast(at::kCPU, TrainingPrecision::kBfloat16);
    EXPECT_EQ(at::linear(at::ones({1, 4}), weight).scalar_type(),
              at::kBFloat16);
  }
  EXPECT_EQ(at::linear(at::ones({1, 4}), weight).scalar_type(), at::kFloat);
}

TEST(AutocastScope, DoesNothingInFloat32) {
  const AutocastScope autocast(at::kCPU, TrainingPrecision::kFloat32);
  EXPECT_EQ(at::linear(at::ones({1, 4}), at::ones({4, 4})).scalar_type(),
            at::kFloat);
}

TEST(AutocastScope, SeesWeightsThatHaveChangedSince) {
  const at::Tensor weight = at::ones({4, 4}).requires_grad_();
  for (const double value : {1.0, 2.0}) {
    weight.detach().fill_(value);
    const AutocastScope autocast(at::kCPU, TrainingPrecision::kFloat16);
    EXPECT_EQ(at::linear(at::ones({1, 4}), weight)[0][0].item<double>(),
              4.0 * value);
  }
}

TEST(AutocastScope, LeavesGradientsInFloat32) {
  const at::Tensor weight = at::ones({4, 4}).requires_grad_();
  at::Tensor loss;
  {
    const AutocastScope autocast(at::kCPU, TrainingPrecision::kBfloat16);
    loss = at::linear(at::ones({1, 4}), weight).to(at::kFloat).sum();
  }
  loss.backward();
  EXPECT_EQ(weight.grad().scalar_type(), at::kFloat);
  EXPECT_EQ(weight.grad()[0][0].item<double>(), 1.0);
}

}  // namespace
}  // namespace animate
