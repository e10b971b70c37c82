#include "engine/synth/bvh_motion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_replace.h"
#include "engine/synth/character.h"
#include "engine/synth/figure.h"
#include "tests/unit/engine/pose/file_bytes.h"

namespace animate {
namespace {

Vector3 Bone(const JointFrame& from, const JointFrame& to) {
  const Vector3 way = to.position - from.position;
  return 1.0 / std::sqrt(Dot(way, way)) * way;
}

TEST(BvhMotionTest, BonesPointWhereTheClipsDo) {
  const auto motion = BvhMotion::Parse(SmallBvh());
  ASSERT_TRUE(motion.ok()) << motion.status();
  EXPECT_NEAR(motion->duration(), 5.0 / 120.0, 1e-6);
  const Proportions body = Character::FromSeed(8).body;
  const Figure first = PlaceFigure(body, motion->At(0.0));
  const Figure last = PlaceFigure(body, motion->At(10.0));
  // A T-pose, and then the left forearm straight up.
  EXPECT_NEAR(Bone(first.shoulder[0], first.elbow[0]).z, 1.0, 1e-6);
  EXPECT_NEAR(Bone(first.elbow[1], first.wrist[1]).z, -1.0, 1e-6);
  EXPECT_NEAR(Bone(last.elbow[1], last.wrist[1]).y, 1.0, 1e-6);
  EXPECT_NEAR(Bone(last.hip[0], last.knee[0]).y, -1.0, 1e-6);
  EXPECT_NEAR(Bone(last.pelvis, last.chest).y, 1.0, 1e-6);
  // Feet and face look ahead.
  EXPECT_GT(last.big_toe[1].x, last.heel[1].x);
  EXPECT_GT(Rotate(last.head.rotation, {1.0, 0.0, 0.0}).x, 0.99);
  EXPECT_NEAR(last.ankle[0].position.y, body.ankle_height, 0.02);
}

TEST(BvhMotionTest, StaysOnTheSpot) {
  const auto motion = BvhMotion::Parse(SmallBvh());
  ASSERT_TRUE(motion.ok());
  EXPECT_NEAR(motion->At(1.0).posture.root_position.x, 0.0, 1e-9);
  EXPECT_NEAR(motion->At(0.0).posture.root_position.z, 0.0, 1e-9);
}

TEST(BvhMotionTest, OtherTextIsRefused) {
  EXPECT_FALSE(BvhMotion::Parse("HIERARCHY").ok());
  EXPECT_FALSE(
      BvhMotion::Parse(absl::StrReplaceAll(SmallBvh(), {{"Arm", "Wing"}}))
          .ok());
}

}  // namespace
}  // namespace animate
