#include "engine/dataset/frame_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace animate {
namespace {

using ::testing::ElementsAre;

TEST(FrameChoiceTest, SingleTargetsKeepTheMarginWhereThereIsRoom) {
  SynthRandom random(1);
  std::set<int> references;
  std::set<int> targets;
  for (int i = 0; i < 2000; ++i) {
    const FrameChoice choice =
        ChooseFrames({.frames = 2}, {.margin = 30}, 100, random);
    references.insert(choice.reference);
    ASSERT_EQ(choice.targets.size(), 2U);
    for (const int target : choice.targets) {
      targets.insert(target);
      if (choice.reference + 30 < 100) {
        EXPECT_GE(target, choice.reference + 30);
      } else {
        EXPECT_LE(target, choice.reference - 30);
      }
    }
  }
  EXPECT_EQ(references.size(), 100U);
  EXPECT_EQ(*targets.begin(), 0);
  EXPECT_EQ(*targets.rbegin(), 99);
}

TEST(FrameChoiceTest, ShortClipsHaveNoMargin) {
  SynthRandom random(1);
  std::set<int> targets;
  for (int i = 0; i < 500; ++i) {
    const FrameChoice choice = ChooseFrames({}, {.margin = 30}, 5, random);
    targets.insert(choice.targets[0]);
  }
  EXPECT_THAT(targets, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(ChooseFrames({}, {}, 1, random).targets, ElementsAre(0));
}

TEST(FrameChoiceTest, ConsecutiveTargetsAreAStrideApart) {
  SynthRandom random(2);
  std::set<int> starts;
  for (int i = 0; i < 500; ++i) {
    const FrameChoice choice = ChooseFrames({.frames = 24, .consecutive = true},
                                            {.stride = 4}, 100, random);
    starts.insert(choice.targets[0]);
    for (int k = 0; k < 24; ++k) {
      EXPECT_EQ(choice.targets[static_cast<size_t>(k)],
                choice.targets[0] + 4 * k);
    }
  }
  // 93 frames have eight places in 100.
  EXPECT_THAT(starts, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(FrameChoiceTest, ShorterClipsAreSpreadOut) {
  SynthRandom random(3);
  const ClipFormat five = {.frames = 5, .consecutive = true};
  EXPECT_THAT(ChooseFrames(five, {.stride = 4}, 10, random).targets,
              ElementsAre(0, 2, 4, 6, 9));
  EXPECT_THAT(ChooseFrames(five, {.stride = 4}, 3, random).targets,
              ElementsAre(0, 0, 1, 1, 2));
  const ClipFormat one = {.frames = 1, .consecutive = true};
  EXPECT_THAT(ChooseFrames(one, {.stride = 4}, 1, random).targets,
              ElementsAre(0));
}

}  // namespace
}  // namespace animate
