#include "engine/training/learning_rate.h"

#include <gtest/gtest.h>

namespace animate {
namespace {

TEST(LearningRate, IsConstantByDefault) {
  EXPECT_DOUBLE_EQ(LearningRateAt({.peak = 2e-4}, 0, 10), 2e-4);
  EXPECT_DOUBLE_EQ(LearningRateAt({.peak = 2e-4}, 9, 10), 2e-4);
}

TEST(LearningRate, RisesLinearlyDuringWarmUp) {
  const LearningRateOptions options = {.peak = 1.0, .warmup_steps = 4};
  EXPECT_DOUBLE_EQ(LearningRateAt(options, 0, 100), 0.25);
  EXPECT_DOUBLE_EQ(LearningRateAt(options, 1, 100), 0.5);
  EXPECT_DOUBLE_EQ(LearningRateAt(options, 3, 100), 1.0);
  EXPECT_DOUBLE_EQ(LearningRateAt(options, 4, 100), 1.0);
}

TEST(LearningRate, FallsAlongACosineToTheFloor) {
  const LearningRateOptions options = {.peak = 1.0,
                                       .warmup_steps = 10,
                                       .curve = LearningRateCurve::kCosine,
                                       .floor = 0.2};
  EXPECT_DOUBLE_EQ(LearningRateAt(options, 10, 111), 1.0);
  EXPECT_NEAR(LearningRateAt(options, 60, 111), 0.6, 1e-12);
  EXPECT_NEAR(LearningRateAt(options, 35, 111), 0.2 + 0.4 * (1 + 0.70710678),
              1e-8);
  EXPECT_NEAR(LearningRateAt(options, 110, 111), 0.2, 1e-12);
}

TEST(LearningRate, StaysAtTheFloorBeyondTheEnd) {
  const LearningRateOptions options = {
      .peak = 1.0, .curve = LearningRateCurve::kCosine, .floor = 0.1};
  EXPECT_NEAR(LearningRateAt(options, 500, 100), 0.1, 1e-12);
}

TEST(LearningRate, IsFiniteForARunOfOneStep) {
  const LearningRateOptions options = {.peak = 1.0,
                                       .curve = LearningRateCurve::kCosine};
  EXPECT_DOUBLE_EQ(LearningRateAt(options, 0, 1), 1.0);
}

}  // namespace
}  // namespace animate
