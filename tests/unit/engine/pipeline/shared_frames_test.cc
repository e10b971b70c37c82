#include "engine/pipeline/shared_frames.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Features that say which frame they belong to.
FrameFeatures Numbered(const std::vector<int64_t>& frames) {
  const at::Tensor numbers =
      at::tensor(frames).to(at::kFloat).view({1, -1, 1, 1, 1});
  return {.skip = numbers, .hidden = numbers * 10.0};
}

std::vector<int64_t> FramesIn(const FrameFeatures& features) {
  std::vector<int64_t> frames;
  for (int64_t i = 0; i < features.num_frames(); ++i) {
    frames.push_back(features.skip[0][i].item<int64_t>());
  }
  return frames;
}

TEST(BatchWindowsTest, GroupsNeighboursOfEqualLength) {
  const std::vector<WindowBatch> batches =
      BatchWindows({{0, 1}, {1, 2}, {2, 3}, {3, 4, 5}, {5, 6, 7}}, 2);
  ASSERT_THAT(batches, SizeIs(3));
  EXPECT_THAT(batches[0].frames, ElementsAre(0, 1, 1, 2));
  EXPECT_THAT(batches[0].needed_later, ElementsAre(2, 3, 4, 5, 6, 7));
  EXPECT_EQ(batches[1].first_window, 2u);
  EXPECT_EQ(batches[1].num_windows, 1u);
  EXPECT_EQ(batches[2].window_frames, 3);
  EXPECT_THAT(batches[2].needed_later, IsEmpty());
  EXPECT_THAT(BatchWindows({{0}, {1}}, 0), SizeIs(2));
}

TEST(SharedFramesTest, ComputesEachFrameOnce) {
  std::vector<std::vector<int64_t>> computed;
  SharedFrames frames([&](const std::vector<int64_t>& missing) {
    computed.push_back(missing);
    return Numbered(missing);
  });
  const std::vector<WindowBatch> batches =
      BatchWindows({{0, 1, 2}, {6, 7, 0}, {2, 3, 4}, {4, 5, 6}}, 1);
  std::vector<std::vector<int64_t>> taken;
  for (const WindowBatch& batch : batches) {
    taken.push_back(FramesIn(frames.Take(batch)));
  }
  EXPECT_THAT(taken, ElementsAre(ElementsAre(0, 1, 2), ElementsAre(6, 7, 0),
                                 ElementsAre(2, 3, 4), ElementsAre(4, 5, 6)));
  EXPECT_THAT(computed, ElementsAre(ElementsAre(0, 1, 2), ElementsAre(6, 7),
                                    ElementsAre(3, 4), ElementsAre(5)));
}

TEST(SharedFramesTest, ForgetsWhatNoLaterWindowSees) {
  std::vector<std::vector<int64_t>> computed;
  SharedFrames frames([&](const std::vector<int64_t>& missing) {
    computed.push_back(missing);
    return Numbered(missing);
  });
  std::vector<WindowBatch> batches = BatchWindows({{0, 1}, {1, 2}}, 1);
  batches[0].needed_later.clear();
  frames.Take(batches[0]);
  frames.Take(batches[1]);
  EXPECT_THAT(computed, ElementsAre(ElementsAre(0, 1), ElementsAre(1, 2)));
}

TEST(SharedFramesTest, AFrameTwiceInOneBatchIsComputedOnce) {
  int calls = 0;
  SharedFrames frames([&](const std::vector<int64_t>& missing) {
    ++calls;
    EXPECT_THAT(missing, ElementsAre(0, 1, 2));
    return Numbered(missing);
  });
  const FrameFeatures both = frames.Take(BatchWindows({{0, 1}, {1, 2}}, 2)[0]);
  EXPECT_THAT(FramesIn(both), ElementsAre(0, 1, 1, 2));
  EXPECT_TRUE(at::equal(both.hidden, both.skip * 10.0));
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace animate
