#include "engine/detector/region_crop.h"

#include <gtest/gtest.h>

#include "tests/support/test_pictures.h"
#include "tests/unit/engine/detector/detector_testing.h"

namespace animate {
namespace {

TEST(RegionCrop, CopiesPixelsOfARegionOfItsOwnSize) {
  const RgbImage noise = NoiseImage(40, 30);
  const RgbImage crop =
      CropPicture(noise, RegionOfBox(5, 7, 21, 23), {.side = 16});
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) {
      ASSERT_EQ(crop.at(x, y)[1], noise.at(x + 5, y + 7)[1]) << x << " " << y;
    }
  }
}

TEST(RegionCrop, RepeatsTheEdgeOrGivesBlackOutside) {
  const RgbImage grey = PlainPicture(20, 20, 90);
  const Region outside = RegionOfBox(-40, -40, -20, -20);
  EXPECT_EQ(CropPicture(grey, outside, {.side = 8}).at(3, 3)[0], 90);
  EXPECT_EQ(
      CropPicture(grey, outside, {.side = 8, .border = CropBorder::kBlack})
          .at(3, 3)[0],
      0);
}

TEST(RegionCrop, InputIsPlanarRedFirstInTheAskedRange) {
  RgbImage picture(2, 1);
  picture.pixels = {255, 0, 51, 0, 255, 0};
  const NetworkTensor zero_to_one = ToInput(picture, ValueRange::kZeroToOne);
  EXPECT_EQ(zero_to_one.shape, (std::vector<int>{1, 3, 1, 2}));
  EXPECT_FLOAT_EQ(zero_to_one.values[0], 1.0f);
  EXPECT_FLOAT_EQ(zero_to_one.values[3], 1.0f);
  EXPECT_FLOAT_EQ(zero_to_one.values[4], 0.2f);
  const NetworkTensor signed_range =
      ToInput(picture, ValueRange::kMinusOneToOne);
  EXPECT_FLOAT_EQ(signed_range.values[0], 1.0f);
  EXPECT_FLOAT_EQ(signed_range.values[1], -1.0f);
  EXPECT_FLOAT_EQ(signed_range.values[4], -0.6f);
}

TEST(RegionCrop, CropRegionIsBothSteps) {
  const RgbImage noise = NoiseImage(40, 30);
  const CropOptions options{.side = 16};
  const Region region = RegionOfBox(2, 2, 30, 30);
  EXPECT_EQ(CropRegion(noise, region, options).values,
            ToInput(CropPicture(noise, region, options), options.range).values);
}

}  // namespace
}  // namespace animate
