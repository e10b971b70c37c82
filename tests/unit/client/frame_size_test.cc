#include "client/frame_size.h"

#include <gtest/gtest.h>

namespace animate {
namespace {

v1::ServerLimits SideLimits(uint32_t max_side, uint64_t max_pixels) {
  v1::ServerLimits limits;
  limits.set_size_multiple(8);
  limits.set_min_side(64);
  limits.set_max_side(max_side);
  limits.set_max_pixels(max_pixels);
  return limits;
}

TEST(FrameSizeTest, RoundsEachSideToTheMultiple) {
  const FrameSize size = FitFrameSize({515, 765}, SideLimits(2048, 1 << 20));
  EXPECT_EQ(size.width, 512);
  EXPECT_EQ(size.height, 768);
}

TEST(FrameSizeTest, KeepsASizeThatFits) {
  const FrameSize size = FitFrameSize({512, 768}, SideLimits(2048, 1 << 20));
  EXPECT_EQ(size.width, 512);
  EXPECT_EQ(size.height, 768);
}

TEST(FrameSizeTest, ScalesALargeClipDownKeepingItsShape) {
  const FrameSize size = FitFrameSize({1920, 1080}, SideLimits(2048, 1 << 19));
  EXPECT_LE(size.width * size.height, 1 << 19);
  EXPECT_NEAR(static_cast<double>(size.width) / size.height, 1920.0 / 1080.0,
              0.03);
  EXPECT_EQ(size.width % 8, 0);
  EXPECT_EQ(size.height % 8, 0);
}

TEST(FrameSizeTest, EverySizeIsWithinTheLimits) {
  const v1::ServerLimits limits = SideLimits(1000, 300'000);
  for (int width = 1; width <= 4001; width += 250) {
    for (int height = 1; height <= 4001; height += 250) {
      const FrameSize size = FitFrameSize({width, height}, limits);
      EXPECT_EQ(size.width % 8, 0);
      EXPECT_EQ(size.height % 8, 0);
      EXPECT_GE(size.width, 64);
      EXPECT_GE(size.height, 64);
      EXPECT_LE(size.width, 1000);
      EXPECT_LE(size.height, 1000);
      EXPECT_LE(size.width * size.height, 300'000) << width << "x" << height;
    }
  }
}

TEST(FrameSizeTest, WithoutLimitsNothingChanges) {
  const FrameSize size = FitFrameSize({1001, 3}, v1::ServerLimits());
  EXPECT_EQ(size.width, 1001);
  EXPECT_EQ(size.height, 3);
}

}  // namespace
}  // namespace animate
