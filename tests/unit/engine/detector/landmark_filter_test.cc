#include "engine/detector/landmark_filter.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace animate {
namespace {

constexpr double kFps = 30.0;

Point SmoothOne(LandmarkFilter& filter, Point point, double size = 100.0) {
  std::vector<Point> points = {point};
  filter.Smooth(size, {true}, absl::MakeSpan(points));
  return points[0];
}

TEST(LandmarkFilter, PassesTheFirstPointThrough) {
  LandmarkFilter filter(kFps, {});
  const Point first = SmoothOne(filter, {12.5, -3.0});
  EXPECT_EQ(first.x, 12.5);
  EXPECT_EQ(first.y, -3.0);
}

TEST(LandmarkFilter, SecondStepIsTheFormula) {
  const LandmarkFilterOptions options{.min_cutoff_hz = 0.05, .beta = 80.0};
  LandmarkFilter filter(kFps, options);
  SmoothOne(filter, {10.0, 0.0});
  const double actual = SmoothOne(filter, {13.0, 0.0}, 200.0).x;
  const auto alpha = [](double cutoff) {
    return 1.0 / (1.0 + kFps / (2.0 * M_PI * cutoff));
  };
  const double speed = alpha(1.0) * (3.0 / 200.0 * kFps);
  const double k = alpha(0.05 + 80.0 * speed);
  EXPECT_NEAR(actual, k * 13.0 + (1.0 - k) * 10.0, 1e-12);
}

TEST(LandmarkFilter, CalmsTremblingAndFollowsMotion) {
  LandmarkFilter filter(kFps, {});
  double trembling = 0.0;
  for (int i = 0; i < 60; ++i) {
    const double out = SmoothOne(filter, {i % 2 == 0 ? 0.2 : -0.2, 0.0}).x;
    if (i > 30) trembling = std::max(trembling, std::abs(out));
  }
  EXPECT_LT(trembling, 0.1);
  double lag = 0.0;
  for (int i = 0; i < 30; ++i) {
    lag = 5.0 * i - SmoothOne(filter, {5.0 * i, 0.0}).x;
  }
  EXPECT_LT(std::abs(lag), 1.0);
}

TEST(LandmarkFilter, AMissingPointStartsAnew) {
  LandmarkFilter filter(kFps, {});
  SmoothOne(filter, {0.0, 0.0});
  std::vector<Point> points = {{7.0, 7.0}};
  filter.Smooth(100.0, {false}, absl::MakeSpan(points));
  EXPECT_EQ(points[0].x, 7.0);
  EXPECT_EQ(SmoothOne(filter, {50.0, 0.0}).x, 50.0);
}

TEST(LandmarkFilter, ResetForgets) {
  LandmarkFilter filter(kFps, {});
  SmoothOne(filter, {0.0, 0.0});
  filter.Reset();
  EXPECT_EQ(SmoothOne(filter, {50.0, 0.0}).x, 50.0);
}

TEST(LandmarkFilter, WithoutASizeNothingIsSmoothed) {
  LandmarkFilter filter(kFps, {});
  SmoothOne(filter, {0.0, 0.0});
  EXPECT_EQ(SmoothOne(filter, {50.0, 0.0}, 0.0).x, 50.0);
}

}  // namespace
}  // namespace animate
