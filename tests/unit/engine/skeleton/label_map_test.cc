#include "engine/skeleton/label_map.h"

#include <gtest/gtest.h>

#include "tests/support/test_pictures.h"
#include "tests/unit/engine/skeleton/drawn_person.h"

namespace animate {
namespace {

RgbImage OnePixel(const DrawingColor& color) {
  RgbImage image(1, 1);
  image.pixels = {color.red, color.green, color.blue};
  return image;
}

PixelLabel LabelOf(const DrawingColor& color, bool swapped = false) {
  return LabelPixels(OnePixel(color), swapped).at(0, 0);
}

TEST(LabelMapTest, EveryColourOfTheDrawingHasItsLabel) {
  for (size_t i = 0; i < kNumDrawnLimbs; ++i) {
    EXPECT_EQ(LabelOf(DimmedLimb(kBodyColors[i])), LimbLabel(i)) << i;
  }
  for (size_t i = 0; i < kNumBodyJoints; ++i) {
    EXPECT_EQ(LabelOf(kBodyColors[i]), JointLabel(i)) << i;
  }
  EXPECT_EQ(LabelOf({0, 0, 0}), kBlackLabel);
  EXPECT_EQ(LabelOf(kFaceColor), kWhiteLabel);
  EXPECT_EQ(LabelOf(kHandDotColor), kHandDotLabel);
}

TEST(LabelMapTest, ColoursThatCompressionChangedKeepTheirLabels) {
  EXPECT_EQ(LabelOf({140, 92, 14}), LimbLabel(2));
  EXPECT_EQ(LabelOf({240, 20, 90}), JointLabel(kLeftEar));
  EXPECT_EQ(LabelOf({9, 12, 3}), kBlackLabel);
  // Grey is the edge of a white dot, not a limb.
  EXPECT_EQ(LabelOf({140, 140, 130}), kWhiteLabel);
  EXPECT_EQ(LabelOf({110, 110, 100}), kBlackLabel);
}

TEST(LabelMapTest, RedAndBlueCanBeExchanged) {
  EXPECT_EQ(LabelOf({0, 51, 153}, true), LimbLabel(1));
}

TEST(LabelMapTest, TellsDrawingsFromPhotos) {
  EXPECT_TRUE(LooksDrawn(LabelPixels(Drawing(DrawnFace()), false)));
  EXPECT_TRUE(LooksDrawn(LabelPixels(Swapped(Drawing(DrawnFace())), false)));
  EXPECT_FALSE(LooksDrawn(LabelPixels(NoiseImage(64, 64), false)));
  EXPECT_FALSE(LooksDrawn(LabelPixels(MovingPicture(64, 64, 0), false)));
  EXPECT_FALSE(LooksDrawn(LabelPixels(RgbImage(64, 64), false)));
}

}  // namespace
}  // namespace animate
