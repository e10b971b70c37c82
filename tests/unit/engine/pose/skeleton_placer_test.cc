#include "engine/pose/skeleton_placer.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/pose/planar_body.h"

namespace animate {
namespace {

constexpr Stage kStage{.x = 500, .ground = 900};

BodyRatios Ratios(double all) {
  BodyRatios ratios;
  ratios.scale = ratios.head = ratios.hand = ratios.foot = all;
  ratios.bone.fill(all);
  return ratios;
}

PersonPose Placed(const BodyRatios& ratios, size_t root, PersonPose person) {
  const Skeleton skeleton = SkeletonOf(person, kMinKeypointConfidence);
  SkeletonPlacer(ratios, root)
      .Place(skeleton, skeleton.at[root], {0, 0}, person);
  return person;
}

TEST(SkeletonPlacerTest, EqualRatiosScaleAboutTheRoot) {
  for (const size_t root : {kMidHip, static_cast<size_t>(kNeck)}) {
    const PersonPose person = PlacePlanar(TallBody(), DancePose(9), kStage);
    const Point at = SkeletonOf(person, kMinKeypointConfidence).at[root];
    EXPECT_LT(LargestDifference(Placed(Ratios(0.5), root, person),
                                Moved(person, 0.5, -0.5 * at.x, -0.5 * at.y)),
              1e-9);
  }
}

TEST(SkeletonPlacerTest, LongerForearmsMoveHandsOnly) {
  const PersonPose person = PlacePlanar(TallBody(), DancePose(9), kStage);
  BodyRatios ratios = Ratios(1.0);
  const PersonPose before = Placed(ratios, kMidHip, person);
  for (size_t b = 0; b < kNumBones; ++b) {
    if (kBones[b].bone_class == kForearm) ratios.bone[b] = 2.0;
  }
  const PersonPose after = Placed(ratios, kMidHip, person);
  const Point moved =
      PointOf(after.body[kLeftWrist]) - PointOf(before.body[kLeftWrist]);
  EXPECT_NEAR(Distance(moved, {0, 0}), TallBody().forearm, 1e-9);
  const Point finger =
      PointOf(after.left_hand[8]) - PointOf(before.left_hand[8]);
  EXPECT_LT(Distance(moved, finger), 1e-9);
  EXPECT_EQ(after.body[kLeftElbow], before.body[kLeftElbow]);
  EXPECT_EQ(after.face, before.face);
}

TEST(SkeletonPlacerTest, AHeadWithoutNoseHangsOnTheNeck) {
  PersonPose person = PlacePlanar(TallBody(), {}, kStage);
  person.body[kNose] = {};
  BodyRatios ratios = Ratios(1.0);
  ratios.head = 2.0;
  const PersonPose after = Placed(ratios, kNeck, person);
  EXPECT_NEAR(
      Distance(PointOf(after.body[kLeftEar]), PointOf(after.body[kRightEar])),
      2.0 * TallBody().head, 1e-9);
  // Centred above the neck, which is at the origin.
  EXPECT_NEAR(after.body[kLeftEar].x + after.body[kRightEar].x, 0.0, 1e-9);
  EXPECT_LT(after.body[kLeftEar].y, 0.0);
}

TEST(SkeletonPlacerTest, APointWithoutParentKeepsItsPlaceInTheBody) {
  PersonPose person = PlacePlanar(TallBody(), {}, kStage);
  const Point hips = SkeletonOf(person, kMinKeypointConfidence).at[kMidHip];
  const Point wrist = PointOf(person.body[kLeftWrist]);
  person.body[kLeftElbow].confidence = 0.1;
  BodyRatios ratios = Ratios(0.5);
  ratios.scale = 2.0;
  const PersonPose after = Placed(ratios, kMidHip, person);
  EXPECT_LT(Distance(PointOf(after.body[kLeftWrist]), 2.0 * (wrist - hips)),
            1e-9);
  EXPECT_EQ(after.body[kLeftElbow].confidence, 0.1);
}

TEST(SkeletonPlacerTest, MissingPointsStayMissing) {
  PersonPose person = PlacePlanar(TallBody(), {}, kStage);
  person.left_hand = {};
  person.body[kLeftAnkle] = {};
  const PersonPose after = Placed(Ratios(0.5), kMidHip, person);
  EXPECT_EQ(after.left_hand, person.left_hand);
  EXPECT_EQ(after.body[kLeftAnkle], Keypoint());
  EXPECT_EQ(after.feet[0].confidence, person.feet[0].confidence);
}

}  // namespace
}  // namespace animate
