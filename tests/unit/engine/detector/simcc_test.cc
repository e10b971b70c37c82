#include "engine/detector/simcc.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/engine/detector/detector_testing.h"

namespace animate {
namespace {

TEST(SimccRegion, IsAQuarterLargerInTheShapeOfTheInput) {
  const Region tall = SimccRegion(RegionOfBox(100, 100, 200, 500));
  EXPECT_EQ(tall.center.x, 150.0);
  EXPECT_EQ(tall.center.y, 300.0);
  EXPECT_NEAR(tall.height, 500.0, 1e-9);
  EXPECT_NEAR(tall.width, 375.0, 1e-9);
  const Region wide = SimccRegion(RegionOfBox(0, 0, 300, 100));
  EXPECT_NEAR(wide.width, 375.0, 1e-9);
  EXPECT_NEAR(wide.height, 500.0, 1e-9);
}

TEST(SimccInput, NormalisesBlueWithTheMeanOfRed) {
  RgbImage picture(288, 384);
  for (size_t i = 0; i < picture.pixels.size(); i += 3) {
    picture.pixels[i] = 10;
    picture.pixels[i + 1] = 20;
    picture.pixels[i + 2] = 30;
  }
  const NetworkTensor input =
      ToSimccInput(picture, RegionOfBox(0, 0, 288, 384));
  EXPECT_EQ(input.shape, (std::vector<int>{1, 3, 384, 288}));
  const size_t count = 288 * 384;
  EXPECT_FLOAT_EQ(input.values[0], (30 - 123.675f) / 58.395f);
  EXPECT_FLOAT_EQ(input.values[count], (20 - 116.28f) / 57.12f);
  EXPECT_FLOAT_EQ(input.values[2 * count], (10 - 103.53f) / 57.375f);
}

TEST(SimccInput, ShowsTheRegionBlackOutside) {
  RgbImage picture = PlainPicture(600, 600, 0);
  picture.at(200, 300)[2] = 255;  // blue
  const NetworkTensor input =
      ToSimccInput(picture, RegionOfBox(100, 200, 388, 584));
  EXPECT_NEAR(input.values[100 * 288 + 100], (255 - 123.675) / 58.395, 1e-4);
  const NetworkTensor outside = ToSimccInput(PlainPicture(100, 100, 200),
                                             RegionOfBox(500, 500, 788, 884));
  EXPECT_FLOAT_EQ(outside.values[0], -123.675f / 58.395f);
}

struct SimccOutput {
  std::vector<float> columns =
      std::vector<float>(kSimccKeypoints * kSimccColumns, -1.0f);
  std::vector<float> rows =
      std::vector<float>(kSimccKeypoints * kSimccRows, -1.0f);
  void Set(size_t keypoint, size_t column, float x, size_t row, float y) {
    columns[keypoint * kSimccColumns + column] = x;
    rows[keypoint * kSimccRows + row] = y;
  }
};

TEST(DecodeSimcc, IsHalfAPixelPerStepInTheRegion) {
  SimccOutput output;
  output.Set(0, 0, 0.5f, 0, 0.9f);
  output.Set(7, 288, 1.5f, 384, 1.2f);
  const Region region = RegionOfBox(100, 200, 388 + 288, 584 + 384);  // twice
  const auto points = DecodeSimcc(output.columns, output.rows, region);
  ASSERT_EQ(points.size(), 133u);
  EXPECT_NEAR(points[0].x, 100.0, 1e-9);
  EXPECT_NEAR(points[0].y, 200.0, 1e-9);
  EXPECT_FLOAT_EQ(static_cast<float>(points[0].confidence), 0.5f);
  EXPECT_NEAR(points[7].x, 100.0 + 288.0, 1e-9);
  EXPECT_NEAR(points[7].y, 200.0 + 384.0, 1e-9);
  // Not clamped.
  EXPECT_FLOAT_EQ(static_cast<float>(points[7].confidence), 1.2f);
}

TEST(DecodeSimcc, TakesTheFirstOfEqualMaxima) {
  SimccOutput output;
  output.Set(3, 10, 0.5f, 20, 0.5f);
  output.Set(3, 12, 0.5f, 24, 0.5f);
  const auto points =
      DecodeSimcc(output.columns, output.rows, RegionOfBox(0, 0, 288, 384));
  EXPECT_NEAR(points[3].x, 5.0, 1e-9);
  EXPECT_NEAR(points[3].y, 10.0, 1e-9);
}

TEST(DecodeSimcc, WithoutAPositiveScoreThePointIsMissing) {
  SimccOutput output;
  output.Set(3, 10, 0.0f, 20, 0.5f);
  const auto points =
      DecodeSimcc(output.columns, output.rows, RegionOfBox(0, 0, 288, 384));
  EXPECT_EQ(points[3], Keypoint{});
}

}  // namespace
}  // namespace animate
