#include "client/redraw_error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "engine/media/image_codec.h"
#include "engine/media/pose_drawing.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/client/pose_drawings.h"

namespace animate {
namespace {

class RedrawErrorTest : public testing::Test {
 protected:
  // The error of the poses against `picture` in a file.
  RedrawError Measure(const RgbImage& picture, bool swapped) {
    folder_.Write("drawing.png", *EncodeImage(picture));
    const auto pictures = PosePictures::Open(folder_ / "drawing.png");
    EXPECT_TRUE(pictures.ok()) << pictures.status();
    const auto error = MeasureRedraw(*pictures, poses_, swapped);
    EXPECT_TRUE(error.ok()) << error.status();
    return *error;
  }

  TemporaryFolder folder_;
  const PoseSequence poses_ = StandingPoses(1);
  const RgbImage drawing_ = RenderPose({.width = poses_.width,
                                        .height = poses_.height,
                                        .people = {poses_.frames[0]}},
                                       512, 768);
};

TEST_F(RedrawErrorTest, IsNothingForTheSameDrawing) {
  const RedrawError error = Measure(drawing_, false);
  EXPECT_EQ(error.mean_difference, 0.0);
  EXPECT_TRUE(std::isinf(error.psnr));
}

TEST_F(RedrawErrorTest, KnowsExchangedChannels) {
  RgbImage swapped = drawing_;
  for (size_t i = 0; i < swapped.pixels.size(); i += 3) {
    std::swap(swapped.pixels[i], swapped.pixels[i + 2]);
  }
  EXPECT_EQ(Measure(swapped, true).mean_difference, 0.0);
  EXPECT_GT(Measure(swapped, false).mean_difference, 1.0);
}

TEST_F(RedrawErrorTest, CountsEveryChannelOfEveryPixel) {
  RgbImage brighter = drawing_;
  double changed = 0.0;
  for (uint8_t& value : brighter.pixels) {
    if (value > 251) continue;
    value = static_cast<uint8_t>(value + 4);
    ++changed;
  }
  const double share = changed / static_cast<double>(brighter.pixels.size());
  const RedrawError error = Measure(brighter, false);
  EXPECT_NEAR(error.mean_difference, 4.0 * share, 1e-9);
  EXPECT_NEAR(error.psnr, 10.0 * std::log10(255.0 * 255.0 / (16.0 * share)),
              1e-9);
}

TEST_F(RedrawErrorTest, SaysIt) {
  EXPECT_EQ(RedrawErrorText({.mean_difference = 0.684, .psnr = 31.44}),
            "drawn again: mean difference 0.68 of 255, 31.4 dB");
}

}  // namespace
}  // namespace animate
