#include "engine/training/flat_gradients.h"

#include <gtest/gtest.h>

#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>

namespace animate {
namespace {

StateDict TwoLeaves() {
  return {{"a", at::ones({2, 3}).requires_grad_()},
          {"b", at::full({4}, 2.0, at::kFloat).requires_grad_()}};
}

TEST(FlatGradients, CollectsWhatAutogradAdds) {
  const StateDict leaves = TwoLeaves();
  FlatGradients gradients(leaves, 1);
  ((leaves.at("a") * 3.0).sum() + leaves.at("b").square().sum()).backward();
  EXPECT_EQ(gradients.buffer().numel(), 11);
  EXPECT_EQ(gradients.buffer()[0].item<double>(), 3.0);
  EXPECT_EQ(gradients.buffer()[9].item<double>(), 4.0);
  leaves.at("b").sum().backward();
  EXPECT_EQ(gradients.buffer()[9].item<double>(), 5.0);
}

TEST(FlatGradients, NormIsThatOfAllTogetherWithoutNotes) {
  const StateDict leaves = TwoLeaves();
  FlatGradients gradients(leaves, 2);
  (leaves.at("a").sum() + leaves.at("b").sum()).backward();
  gradients.notes().fill_(100.0);
  EXPECT_NEAR(gradients.Norm(), std::sqrt(10.0), 1e-6);
  gradients.Scale(0.5);
  EXPECT_NEAR(gradients.Norm(), std::sqrt(10.0) / 2, 1e-6);
  EXPECT_EQ(gradients.notes()[0].item<double>(), 100.0);
}

TEST(FlatGradients, NormTellsNumbersThatAreNone) {
  const StateDict leaves = TwoLeaves();
  FlatGradients gradients(leaves, 0);
  gradients.buffer()[3].fill_(std::nan(""));
  EXPECT_TRUE(std::isnan(gradients.Norm()));
}

TEST(FlatGradients, ZeroEmptiesGradientsAndNotes) {
  const StateDict leaves = TwoLeaves();
  FlatGradients gradients(leaves, 1);
  gradients.buffer().fill_(1.0);
  gradients.Zero();
  EXPECT_EQ(leaves.at("a").grad().sum().item<double>(), 0.0);
  EXPECT_EQ(gradients.notes()[0].item<double>(), 0.0);
}

TEST(FlatGradients, KeepTheStridesOfTheirLeaves) {
  const at::Tensor leaf =
      at::arange(6, at::kFloat).view({3, 2}).t().detach().requires_grad_();
  const StateDict leaves = {{"a", leaf}};
  const FlatGradients gradients(leaves, 0);
  (leaf * leaf.detach()).sum().backward();
  EXPECT_EQ(leaf.grad().strides(), leaf.strides());
  EXPECT_TRUE(leaf.grad().equal(leaf.detach()));
}

TEST(FlatGradients, TakesTheGradientsAwayInTheEnd) {
  const StateDict leaves = TwoLeaves();
  { const FlatGradients gradients(leaves, 0); }
  EXPECT_FALSE(leaves.at("a").grad().defined());
}

TEST(ClippingFactor, BringsLongGradientsDownToTheLimit) {
  EXPECT_DOUBLE_EQ(ClippingFactor(4.0, 1.0), 0.25);
  EXPECT_DOUBLE_EQ(ClippingFactor(0.5, 1.0), 1.0);
  EXPECT_DOUBLE_EQ(ClippingFactor(4.0, 0.0), 1.0);
}

}  // namespace
}  // namespace animate
