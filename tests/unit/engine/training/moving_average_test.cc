#include "engine/training/moving_average.h"

#include <gtest/gtest.h>

#include <ATen/ops/full.h>

namespace animate {
namespace {

double ValueOf(const MovingAverage& average) {
  return average.weights().at("w").item<double>();
}

TEST(MovingAverage, StartsAtTheWeights) {
  const StateDict weights = {{"w", at::full({}, 3.0, at::kFloat)}};
  EXPECT_EQ(ValueOf(MovingAverage(weights, 0.9)), 3.0);
}

TEST(MovingAverage, ForgetsTheBeginningSoon) {
  const StateDict weights = {{"w", at::full({}, 0.0, at::kFloat)}};
  MovingAverage average(weights, 0.999);
  weights.at("w").fill_(1.0);
  average.Update();  // decay 1/10
  EXPECT_NEAR(ValueOf(average), 0.9, 1e-6);
  average.Update();  // decay 2/11
  EXPECT_NEAR(ValueOf(average), 1.0 - 0.1 * 2.0 / 11.0, 1e-6);
}

TEST(MovingAverage, ReachesTheDecayGiven) {
  const StateDict weights = {{"w", at::full({}, 0.0, at::kFloat)}};
  MovingAverage average(weights, 0.5);
  average.set_updates(1000);
  weights.at("w").fill_(1.0);
  average.Update();
  EXPECT_EQ(ValueOf(average), 0.5);
  EXPECT_EQ(average.updates(), 1001);
}

TEST(MovingAverage, FollowsExactlyWithoutDecay) {
  const StateDict weights = {{"w", at::full({}, 0.25, at::kFloat)}};
  MovingAverage average(weights, 0.0);
  weights.at("w").fill_(0.1);
  average.Update();
  EXPECT_TRUE(average.weights().at("w").equal(weights.at("w")));
}

TEST(MovingAverage, LeavesTheWeightsAlone) {
  const StateDict weights = {
      {"w", at::full({}, 2.0, at::kFloat).requires_grad_()}};
  MovingAverage average(weights, 0.9);
  average.Update();
  EXPECT_EQ(weights.at("w").item<double>(), 2.0);
  EXPECT_FALSE(average.weights().at("w").requires_grad());
}

}  // namespace
}  // namespace animate
