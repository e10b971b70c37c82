#include "engine/skeleton/stick_scale.h"

#include <gtest/gtest.h>

#include "engine/raster/pillow_resize.h"
#include "tests/unit/engine/skeleton/drawn_person.h"

namespace animate {
namespace {

CanvasSize CanvasOf(const RgbImage& image) {
  return StickCanvas(LabelPixels(image, false));
}

TEST(StickCanvasTest, DrawingsOfTheReferencesThicknessKeepTheirSize) {
  EXPECT_EQ(CanvasOf(Drawing(DrawnFace())), (CanvasSize{512, 768}));
  // Thin sticks on a large canvas, as some tools draw.
  const RgbImage large = DrawPose(
      {.width = 512, .height = 768, .people = {DrawnBody()}}, 1024, 1536);
  EXPECT_EQ(CanvasOf(large), (CanvasSize{1024, 1536}));
}

TEST(StickCanvasTest, ResizedDrawingsGoBackToTheReferencesCanvas) {
  for (const int width : {128, 256, 384, 768, 1024}) {
    const RgbImage resized = PillowResize(
        Drawing(DrawnBody()), width, width * 3 / 2, ResampleFilter::kLanczos);
    EXPECT_EQ(CanvasOf(resized), (CanvasSize{512, 768})) << width;
  }
}

TEST(StickCanvasTest, NothingDrawnIsNoFault) {
  EXPECT_EQ(CanvasOf(RgbImage(640, 512)), (CanvasSize{640, 512}));
  EXPECT_EQ(CanvasOf(RgbImage(1, 1)), (CanvasSize{512, 512}));
  EXPECT_EQ(CanvasOf(RgbImage(1, 3000)), (CanvasSize{1, 3000}));
}

}  // namespace
}  // namespace animate
