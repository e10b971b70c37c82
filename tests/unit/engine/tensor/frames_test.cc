#include "engine/tensor/frames.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

namespace animate {
namespace {

at::Tensor Video() {
  return at::arange(2 * 3 * 4 * 5 * 6).view({2, 3, 4, 5, 6});
}

TEST(FramesTest, FoldPutsTheFramesOfARowNextToEachOther) {
  const at::Tensor video = Video();
  const at::Tensor images = FoldFrames(video);
  ASSERT_EQ(images.sizes(), at::IntArrayRef({8, 3, 5, 6}));
  EXPECT_TRUE(at::equal(images[0], video[0].select(1, 0)));
  EXPECT_TRUE(at::equal(images[3], video[0].select(1, 3)));
  EXPECT_TRUE(at::equal(images[4], video[1].select(1, 0)));
}

TEST(FramesTest, UnfoldUndoesFold) {
  const at::Tensor video = Video();
  EXPECT_TRUE(at::equal(UnfoldFrames(FoldFrames(video), 4), video));
}

TEST(FramesTest, RejectOtherRanksAndCounts) {
  EXPECT_THROW(FoldFrames(at::zeros({1, 2, 3})), c10::Error);
  EXPECT_THROW(UnfoldFrames(at::zeros({7, 1, 2, 2}), 2), c10::Error);
  EXPECT_THROW(UnfoldFrames(at::zeros({4, 1, 2, 2}), 0), c10::Error);
}

}  // namespace
}  // namespace animate
