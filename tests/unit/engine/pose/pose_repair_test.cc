#include "engine/pose/pose_repair.h"

#include <gtest/gtest.h>

#include <utility>

#include "tests/unit/engine/pose/planar_body.h"

namespace animate {
namespace {

constexpr Stage kStage{.x = 500, .ground = 900};

PoseSequence TallDance() { return Dance(TallBody(), kStage); }

TEST(PoseRepairTest, CleanMotionStaysAsItIs) {
  PoseSequence dance = TallDance();
  EXPECT_EQ(RepairPoses(dance), 0U);
  EXPECT_EQ(dance, TallDance());
}

TEST(PoseRepairTest, ShortSwapsAreUndone) {
  PoseSequence dance = TallDance();
  for (const size_t t : {20, 21, 22}) {
    auto& body = dance.frames[t].body;
    for (size_t i = 0; i < 3; ++i) {
      std::swap(body[kRightHip + i], body[kLeftHip + i]);
      std::swap(dance.frames[t].feet[i], dance.frames[t].feet[i + 3]);
    }
  }
  EXPECT_EQ(RepairSwaps(dance), 3U);
  EXPECT_EQ(dance, TallDance());
}

TEST(PoseRepairTest, HandsAreSwappedWithTheirArms) {
  PoseSequence dance = TallDance();
  auto& person = dance.frames[71];  // the last frame, too
  for (size_t i = 0; i < 3; ++i) {
    std::swap(person.body[kRightShoulder + i], person.body[kLeftShoulder + i]);
  }
  std::swap(person.left_hand, person.right_hand);
  EXPECT_EQ(RepairSwaps(dance), 1U);
  EXPECT_EQ(dance, TallDance());
}

TEST(PoseRepairTest, ATurnIsNoSwap) {
  PoseSequence dance = TallDance();
  for (size_t t = 30; t < dance.frames.size(); ++t) {
    auto& body = dance.frames[t].body;
    for (size_t i = 0; i < 3; ++i) {
      std::swap(body[kRightHip + i], body[kLeftHip + i]);
    }
  }
  EXPECT_EQ(RepairSwaps(dance), 0U);
}

TEST(PoseRepairTest, JumpingPointsAreRemoved) {
  PoseSequence dance = TallDance();
  dance.frames[15].body[kRightHip].x += 150;
  dance.frames[40].face[30].y -= 190;
  EXPECT_EQ(RejectOutliers(dance), 2U);
  EXPECT_EQ(dance.frames[15].body[kRightHip], Keypoint());
  EXPECT_EQ(dance.frames[40].face[30], Keypoint());
}

TEST(PoseRepairTest, ShortGapsAreFilledOnALine) {
  PoseSequence sequence{.width = 100, .height = 100, .fps = 24};
  sequence.frames.resize(9);
  sequence.frames[1].body[kNose] = {10, 20, 0.5};
  sequence.frames[7].body[kNose] = {40, 20, 0.9};
  EXPECT_EQ(FillGaps(sequence, 4), 0U);
  EXPECT_EQ(FillGaps(sequence, 5), 5U);
  EXPECT_EQ(sequence.frames[3].body[kNose], (Keypoint{20, 20, 0.4}));
  // Beginning and end are no gaps.
  EXPECT_EQ(sequence.frames[0].body[kNose], Keypoint());
  EXPECT_EQ(sequence.frames[8].body[kNose], Keypoint());
}

TEST(PoseRepairTest, ASpikeIsReplacedByWhatWasBetween) {
  PoseSequence dance = TallDance();
  dance.frames[15].body[kRightHip].x += 150;
  EXPECT_EQ(RepairPoses(dance), 2U);
  const Keypoint& hip = dance.frames[15].body[kRightHip];
  const Keypoint truth = TallDance().frames[15].body[kRightHip];
  EXPECT_NEAR(hip.x, truth.x, 3.0);
  EXPECT_NEAR(hip.y, truth.y, 3.0);
}

TEST(PoseRepairTest, TheTorsoIsTheMedian) {
  PoseSequence dance = TallDance();
  dance.frames[0].body[kNeck].y -= 1000;
  EXPECT_NEAR(TorsoLength(dance), TallBody().torso, 1e-9);
  EXPECT_EQ(TorsoLength({.width = 10, .height = 80, .frames = {{}}}), 20.0);
}

}  // namespace
}  // namespace animate
