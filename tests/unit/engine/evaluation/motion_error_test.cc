#include "engine/evaluation/motion_error.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/engine/evaluation/evaluation_goldens.h"

namespace animate {
namespace {

TEST(MotionErrorTest, MeasuresWhatChangesBetweenFrames) {
  const std::vector<RgbImage> truth = {Plain(8, 8, 10), Plain(8, 8, 20),
                                       Plain(8, 8, 20)};
  const std::vector<RgbImage> generated = {Plain(8, 8, 50), Plain(8, 8, 44),
                                           Plain(8, 8, 54)};
  const MotionError error = MeasureMotion(generated, truth);
  EXPECT_DOUBLE_EQ(error.truth, 5.0);
  EXPECT_DOUBLE_EQ(error.generated, 8.0);
  EXPECT_DOUBLE_EQ(error.difference, 13.0);
  EXPECT_DOUBLE_EQ(error.flicker_ratio(), 1.6);
}

TEST(MotionErrorTest, AConstantErrorIsNoFlicker) {
  const std::vector<RgbImage> truth = {Plain(4, 4, 10), Plain(4, 4, 30)};
  const std::vector<RgbImage> generated = {Plain(4, 4, 40), Plain(4, 4, 60)};
  const MotionError error = MeasureMotion(generated, truth);
  EXPECT_EQ(error.difference, 0.0);
  EXPECT_DOUBLE_EQ(error.flicker_ratio(), 1.0);
}

TEST(MotionErrorTest, OneFrameAndATruthThatStandsStillGiveZeros) {
  const std::vector<RgbImage> one = {Plain(4, 4, 10)};
  EXPECT_EQ(MeasureMotion(one, one).flicker_ratio(), 0.0);
  const std::vector<RgbImage> still = {Plain(4, 4, 10), Plain(4, 4, 10)};
  const std::vector<RgbImage> moving = {Plain(4, 4, 10), Plain(4, 4, 11)};
  EXPECT_EQ(MeasureMotion(moving, still).generated, 1.0);
  EXPECT_EQ(MeasureMotion(moving, still).flicker_ratio(), 0.0);
}

}  // namespace
}  // namespace animate
