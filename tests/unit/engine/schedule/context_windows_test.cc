#include "engine/schedule/context_windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/golden_folder.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ContextWindowsTest, MatchTheReferenceForAllRecordedCases) {
  const std::optional<std::string> tables = GoldenFolder("tables");
  if (!tables) GTEST_SKIP() << "no golden tables";
  std::ifstream file(*tables + "/context_windows.json");
  const nlohmann::json golden = nlohmann::json::parse(file);
  ASSERT_GE(golden.size(), 50u);
  for (const nlohmann::json& entry : golden) {
    const std::vector<ContextWindow> got =
        UniformContextWindows({.num_frames = entry["num_frames"],
                               .context_frames = entry["context_size"],
                               .context_stride = entry["context_stride"],
                               .context_overlap = entry["context_overlap"],
                               .closed_loop = entry["closed_loop"],
                               .step = entry["step"]});
    auto description = entry;
    description.erase("windows");
    EXPECT_EQ(got, entry["windows"].get<std::vector<ContextWindow>>())
        << description.dump();
  }
}

TEST(ContextWindowsTest, AClipThatFitsIsOneWindow) {
  EXPECT_THAT(UniformContextWindows({.num_frames = 3}),
              ElementsAre(ElementsAre(0, 1, 2)));
  EXPECT_THAT(UniformContextWindows({.num_frames = 24}), SizeIs(1));
  EXPECT_THAT(UniformContextWindows({.num_frames = 25}), SizeIs(2));
}

TEST(ContextWindowsTest, TheLastWindowWrapsToTheFirstFrames) {
  EXPECT_THAT(
      UniformContextWindows(
          {.num_frames = 10, .context_frames = 8, .context_overlap = 2}),
      ElementsAre(ElementsAre(0, 1, 2, 3, 4, 5, 6, 7),
                  ElementsAre(6, 7, 8, 9, 0, 1, 2, 3)));
}

TEST(ContextWindowsTest, SixtyFourFramesTakeFourWindows) {
  const std::vector<ContextWindow> windows =
      UniformContextWindows({.num_frames = 64});
  std::vector<int> counts(64, 0);
  for (const ContextWindow& window : windows) {
    for (const int frame : window) ++counts[static_cast<size_t>(frame)];
  }
  EXPECT_THAT(windows, SizeIs(4));
  EXPECT_EQ(std::count(counts.begin(), counts.end(), 2), 32);
  EXPECT_EQ(std::count(counts.begin(), counts.end(), 1), 32);
}

TEST(ContextWindowsTest, EveryFrameIsCoveredForAnyOverlap) {
  for (int num_frames = 1; num_frames <= 60; ++num_frames) {
    for (int overlap = 0; overlap < 8; ++overlap) {
      std::set<int> covered;
      for (const ContextWindow& window :
           UniformContextWindows({.num_frames = num_frames,
           .context_frames = 8,
           .context_overlap = overlap})) {
        EXPECT_EQ(std::set<int>(window.begin(), window.end()).size(),
                  window.size())
            << "a frame twice in one window";
        covered.insert(window.begin(), window.end());
      }
      EXPECT_THAT(covered, SizeIs(num_frames)) << "overlap " << overlap;
    }
  }
}

TEST(ContextWindowsTest, BadConfigurationsHaveNoWindows) {
  EXPECT_THAT(UniformContextWindows({.num_frames = 0}), IsEmpty());
  EXPECT_THAT(UniformContextWindows({.num_frames = 9, .context_frames = 0}),
              IsEmpty());
  EXPECT_THAT(UniformContextWindows(
                  {.num_frames = 9, .context_frames = 4, .context_overlap = 4}),
              IsEmpty());
  EXPECT_THAT(
      UniformContextWindows(
          {.num_frames = 9, .context_frames = 4, .context_overlap = -1}),
      IsEmpty());
  EXPECT_THAT(UniformContextWindows(
                  {.num_frames = 9, .context_frames = 4, .context_stride = 0}),
              IsEmpty());
}

TEST(OpenContextWindowsTest, TheLastWindowEndsWithTheClip) {
  EXPECT_THAT(
      OpenContextWindows(
          {.num_frames = 10, .context_frames = 8, .context_overlap = 2}),
      ElementsAre(ElementsAre(0, 1, 2, 3, 4, 5, 6, 7),
                  ElementsAre(2, 3, 4, 5, 6, 7, 8, 9)));
  // Where the hops fit, nothing is moved and no window is left over.
  EXPECT_THAT(OpenContextWindows({.num_frames = 64}), SizeIs(3));
  EXPECT_THAT(OpenContextWindows({.num_frames = 24}), SizeIs(1));
  EXPECT_THAT(OpenContextWindows({.num_frames = 3}),
              ElementsAre(ElementsAre(0, 1, 2)));
}

TEST(OpenContextWindowsTest, CoverEveryFrameAndNeverWrap) {
  for (int num_frames = 1; num_frames <= 60; ++num_frames) {
    for (int overlap = 0; overlap < 8; ++overlap) {
      const std::vector<ContextWindow> windows =
          OpenContextWindows({.num_frames = num_frames,
                              .context_frames = 8,
                              .context_overlap = overlap});
      std::set<int> covered;
      for (const ContextWindow& window : windows) {
        EXPECT_THAT(window, SizeIs(std::min(8, num_frames)));
        EXPECT_EQ(window.back() - window.front() + 1,
                  static_cast<int>(window.size()));
        covered.insert(window.begin(), window.end());
      }
      EXPECT_THAT(covered, SizeIs(num_frames));
      for (size_t i = 1; i < windows.size(); ++i) {
        EXPECT_GE(windows[i - 1].back() - windows[i].front() + 1, overlap);
      }
    }
  }
}

TEST(OpenContextWindowsTest, BadConfigurationsHaveNoWindows) {
  EXPECT_THAT(OpenContextWindows({.num_frames = 0}), IsEmpty());
  EXPECT_THAT(OpenContextWindows(
                  {.num_frames = 9, .context_frames = 4, .context_overlap = 4}),
              IsEmpty());
}

TEST(InOrderOfCompletionTest, AWrappingWindowMovesToWhereItWraps) {
  EXPECT_THAT(InOrderOfCompletion({{0, 1, 2}, {2, 3, 4}, {4, 5, 0}}),
              ElementsAre(ElementsAre(0, 1, 2), ElementsAre(4, 5, 0),
                          ElementsAre(2, 3, 4)));
}

TEST(FinalFrameCountsTest, AFrameIsFinalWhenNoLaterWindowHoldsIt) {
  EXPECT_THAT(FinalFrameCounts({{0, 1, 2}, {2, 3, 4}, {4, 5, 6}}, 7),
              ElementsAre(2, 4, 7));
  // Wrapping windows hold back the first frames unless they come early.
  EXPECT_THAT(FinalFrameCounts({{0, 1, 2}, {2, 3, 4}, {4, 5, 0}}, 6),
              ElementsAre(0, 0, 6));
  EXPECT_THAT(FinalFrameCounts({{0, 1, 2}, {4, 5, 0}, {2, 3, 4}}, 6),
              ElementsAre(0, 2, 6));
}

}  // namespace
}  // namespace animate
