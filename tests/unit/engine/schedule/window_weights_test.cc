#include "engine/schedule/window_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

namespace animate {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

// The weight each frame gets in all windows together.
std::vector<float> SumPerFrame(const std::vector<ContextWindow>& windows,
                               const WindowWeights& weights, int num_frames) {
  std::vector<float> sums(static_cast<size_t>(num_frames), 0.0f);
  for (size_t w = 0; w < windows.size(); ++w) {
    for (size_t i = 0; i < windows[w].size(); ++i) {
      sums[static_cast<size_t>(windows[w][i])] += weights[w][i];
    }
  }
  return sums;
}

TEST(AveragingWeightsTest, SharedFramesCountOnceInAll) {
  EXPECT_THAT(AveragingWeights({{0, 1, 2}, {2, 3, 0}}, 4),
              ElementsAre(ElementsAre(0.5f, 1.0f, 0.5f),
                          ElementsAre(0.5f, 1.0f, 0.5f)));
}

TEST(CrossFadingWeightsTest, OneWindowFadesIntoTheNext) {
  const WindowWeights weights =
      CrossFadingWeights({{0, 1, 2, 3, 4}, {2, 3, 4, 5, 6}}, 7);
  EXPECT_THAT(weights[0],
              Pointwise(FloatNear(1e-6f), {1.0f, 1.0f, 0.75f, 0.5f, 0.25f}));
  EXPECT_THAT(weights[1],
              Pointwise(FloatNear(1e-6f), {0.25f, 0.5f, 0.75f, 1.0f, 1.0f}));
}

TEST(CrossFadingWeightsTest, WeightsOfAFrameAddUpToOneForAnyOverlap) {
  for (int num_frames = 1; num_frames <= 40; ++num_frames) {
    for (int overlap = 0; overlap < 8; ++overlap) {
      const std::vector<ContextWindow> windows =
          OpenContextWindows({.num_frames = num_frames,
                              .context_frames = 8,
                              .context_overlap = overlap});
      EXPECT_THAT(SumPerFrame(windows, CrossFadingWeights(windows, num_frames),
                              num_frames),
                  Each(FloatNear(1.0f, 1e-5f)))
          << num_frames << " frames, overlap " << overlap;
    }
  }
}

TEST(CrossFadingWeightsTest, NeighbouringFramesNeverJumpByMoreThanTheRamp) {
  // Half-overlapping windows of 8, the last one moved: the share of a window
  // changes by at most one rung of its ramp from frame to frame.
  const std::vector<ContextWindow> windows = OpenContextWindows(
      {.num_frames = 22, .context_frames = 8, .context_overlap = 4});
  const WindowWeights fading = CrossFadingWeights(windows, 22);
  for (const std::vector<float>& window : fading) {
    for (size_t i = 1; i < window.size(); ++i) {
      EXPECT_LE(std::abs(window[i] - window[i - 1]), 0.34f);
    }
  }
}

TEST(CrossFadingWeightsTest, AWindowAloneCountsFully) {
  EXPECT_THAT(CrossFadingWeights({{0, 1, 2}}, 3),
              ElementsAre(ElementsAre(1.0f, 1.0f, 1.0f)));
}

}  // namespace
}  // namespace animate
