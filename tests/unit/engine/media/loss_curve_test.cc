#include "engine/media/loss_curve.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace animate {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

const double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<LossPoint> Falling(int count) {
  std::vector<LossPoint> points;
  for (int i = 0; i < count; ++i) {
    points.push_back({.step = i * 10, .loss = std::exp(-0.05 * i)});
  }
  return points;
}

// Pixels that are bluish and dark: the strong line.
std::vector<std::array<int, 2>> StrongPixels(const RgbImage& image) {
  std::vector<std::array<int, 2>> found;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const uint8_t* pixel = image.at(x, y);
      if (pixel[2] > 150 && pixel[0] < 60) found.push_back({x, y});
    }
  }
  return found;
}

TEST(LinearTicksTest, MarksRoundNumbers) {
  EXPECT_THAT(LinearTicks(0, 1000), ElementsAre(0, 200, 400, 600, 800, 1000));
  EXPECT_THAT(LinearTicks(3, 17), ElementsAre(5, 10, 15));
  EXPECT_THAT(LinearTicks(0.31, 0.342),
              Pointwise(DoubleNear(1e-9), {0.31, 0.32, 0.33, 0.34}));
}

TEST(LogTicksTest, MarksDecadesOrWhatLiesBetween) {
  EXPECT_THAT(LogTicks(0.09, 2.5),
              Pointwise(DoubleNear(1e-9), {0.1, 0.2, 0.5, 1.0, 2.0}));
  EXPECT_THAT(LogTicks(1e-4, 10),
              Pointwise(DoubleNear(1e-9), {1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0}));
  EXPECT_LE(LogTicks(1e-30, 1e30).size(), 10u);
  // Too few of them: as on a linear axis.
  EXPECT_THAT(LogTicks(0.3, 0.4),
              Pointwise(DoubleNear(1e-9), {0.3, 0.32, 0.34, 0.36, 0.38, 0.4}));
}

TEST(SmoothLossesTest, AveragesThePastAndPassesOverWhatIsNoNumber) {
  const std::vector<double> smooth =
      SmoothLosses({{0, kNan}, {1, 1.0}, {2, 1.0}, {3, kNan}, {4, 3.0}});
  ASSERT_EQ(smooth.size(), 5u);
  EXPECT_TRUE(std::isnan(smooth[0]));
  EXPECT_DOUBLE_EQ(smooth[1], 1.0);
  EXPECT_DOUBLE_EQ(smooth[3], 1.0);
  EXPECT_GT(smooth[4], 1.5);
  EXPECT_LT(smooth[4], 2.5);
}

TEST(DrawLossCurveTest, DrawsAFallingLine) {
  const absl::StatusOr<RgbImage> image = DrawLossCurve(
      Falling(100), {.width = 640, .height = 400, .title = "run"});
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->width, 640);
  EXPECT_EQ(image->height, 400);
  const std::vector<std::array<int, 2>> line = StrongPixels(*image);
  ASSERT_GT(line.size(), 400u);
  const auto [left, right] = std::minmax_element(line.begin(), line.end());
  EXPECT_LT((*left)[1] + 200, (*right)[1]);
}

TEST(DrawLossCurveTest, ALogarithmicAxisMakesDecayStraight) {
  const absl::StatusOr<RgbImage> image = DrawLossCurve(Falling(200));
  ASSERT_TRUE(image.ok()) << image.status();
  const std::vector<std::array<int, 2>> line = StrongPixels(*image);
  const auto height_at = [&line](int x) {
    double sum = 0;
    int count = 0;
    for (const std::array<int, 2>& pixel : line) {
      if (pixel[0] != x) continue;
      sum += pixel[1];
      ++count;
    }
    return sum / count;
  };
  EXPECT_NEAR(height_at(500), (height_at(400) + height_at(600)) / 2, 3.0);
}

TEST(DrawLossCurveTest, TakesASinglePointAndAConstantLoss) {
  EXPECT_TRUE(DrawLossCurve({{{.step = 5, .loss = 0.5}}}).ok());
  EXPECT_TRUE(DrawLossCurve({{1, 0.5}, {2, 0.5}, {3, 0.0}, {4, kNan}}).ok());
}

TEST(DrawLossCurveTest, RefusesWhatCannotBeDrawn) {
  EXPECT_EQ(DrawLossCurve({}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DrawLossCurve({{1, kNan}, {2, -1.0}}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DrawLossCurve(Falling(3), {.width = 100}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace animate
