#include "engine/training/vae_loss.h"

#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

namespace animate {
namespace {

TEST(VaeLossTest, MeasuresErrorsAndTheirEdges) {
  const at::Tensor image = at::zeros({1, 1, 2, 2}, at::kFloat);
  // Errors 1, 0 / 0, -3.
  const at::Tensor wrong =
      at::tensor({1.0F, 0.0F, 0.0F, -3.0F}).reshape({1, 1, 2, 2});
  const ReconstructionLoss loss = CompareImages(wrong, image);
  EXPECT_FLOAT_EQ(loss.absolute.item<float>(), 1.0F);
  EXPECT_FLOAT_EQ(loss.squared.item<float>(), 2.5F);
  // Rows: |-1| and |-3|; columns the same.
  EXPECT_FLOAT_EQ(loss.gradient.item<float>(), 4.0F);
}

TEST(VaeLossTest, AnEvenErrorHasNoEdges) {
  const at::Tensor image = at::zeros({2, 3, 4, 4}, at::kFloat);
  const ReconstructionLoss loss = CompareImages(image + 0.5, image);
  EXPECT_FLOAT_EQ(loss.gradient.item<float>(), 0.0F);
  EXPECT_FLOAT_EQ(loss.absolute.item<float>(), 0.5F);
}

TEST(VaeLossTest, DivergenceIsThatOfNormalDistributions) {
  const at::Tensor zero = at::zeros({1, 1, 1, 1}, at::kFloat);
  EXPECT_FLOAT_EQ(MeanDivergence({zero, zero}).item<float>(), 0.0F);
  EXPECT_FLOAT_EQ(MeanDivergence({zero + 2.0, zero}).item<float>(), 2.0F);
  EXPECT_NEAR(MeanDivergence({zero, zero - 6.0}).item<double>(),
              0.5 * (std::exp(-6.0) - 1 + 6), 1e-5);
}

TEST(VaeLossTest, BoundsTheVarianceOfThePosterior) {
  const LatentDistribution bounded =
      Bounded({at::zeros({2}, at::kFloat), at::tensor({-30.0F, 20.0F})});
  EXPECT_FLOAT_EQ(bounded.logvar[0].item<float>(), -12.0F);
  EXPECT_FLOAT_EQ(bounded.logvar[1].item<float>(), 6.0F);
}

TEST(VaeLossTest, PeakIsTheWholeRange) {
  EXPECT_NEAR(PeakSignalToNoise(4.0), 0.0, 1e-9);
  EXPECT_NEAR(PeakSignalToNoise(0.04), 20.0, 1e-9);
  EXPECT_TRUE(std::isfinite(PeakSignalToNoise(0.0)));
}

}  // namespace
}  // namespace animate
