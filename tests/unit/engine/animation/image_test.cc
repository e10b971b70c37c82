#include "engine/animation/image.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace animate {
namespace {

TEST(RgbImageTest, IsBlackAndTightlyPacked) {
  const RgbImage image(3, 2);
  EXPECT_EQ(image.pixels, std::vector<uint8_t>(3 * 2 * 3, 0));
  EXPECT_FALSE(image.empty());
  EXPECT_TRUE(RgbImage().empty());
}

TEST(RgbImageTest, AtPointsToRowAndColumn) {
  RgbImage image(3, 2);
  image.at(2, 1)[0] = 9;
  EXPECT_EQ(image.pixels[(1 * 3 + 2) * 3], 9);
  const RgbImage& view = image;
  EXPECT_EQ(view.at(2, 1)[0], 9);
}

TEST(RgbImageTest, ComparesSizeAndPixels) {
  RgbImage image(3, 2);
  EXPECT_EQ(image, RgbImage(3, 2));
  EXPECT_NE(image, RgbImage(2, 3));
  image.at(0, 0)[1] = 1;
  EXPECT_NE(image, RgbImage(3, 2));
}

}  // namespace
}  // namespace animate
