#include "engine/synth/figure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "engine/synth/character.h"
#include "engine/synth/joint_angles.h"
#include "engine/synth/motion.h"

namespace animate {
namespace {

double Distance(const Vector3& a, const Vector3& b) {
  return std::sqrt(Dot(a - b, a - b));
}

CharacterMotion MotionNamed(const std::string& name, uint64_t seed = 1) {
  auto motion = CharacterMotion::Named(name, seed);
  EXPECT_TRUE(motion.ok()) << motion.status();
  return *motion;
}

TEST(PlaceFigureTest, BonesKeepTheirLengthsInEveryMotion) {
  for (const std::string& name : MotionNames()) {
    const CharacterMotion motion = MotionNamed(name);
    const Proportions body = Character::FromSeed(5).body;
    for (int i = 0; i < 40; ++i) {
      const Figure f = PlaceFigure(body, motion.At(0.07 * i));
      for (int side = 0; side < 2; ++side) {
        EXPECT_NEAR(Distance(f.shoulder[side].position, f.elbow[side].position),
                    body.upper_arm, 1e-9);
        EXPECT_NEAR(Distance(f.elbow[side].position, f.wrist[side].position),
                    body.forearm, 1e-9);
        EXPECT_NEAR(Distance(f.hip[side].position, f.knee[side].position),
                    body.thigh, 1e-9);
        EXPECT_NEAR(Distance(f.knee[side].position, f.ankle[side].position),
                    body.shin, 1e-9);
      }
    }
  }
}

TEST(PlaceFigureTest, StandsOnTheGroundAsTallAsItsHeight) {
  const Proportions body = Character::FromSeed(2).body;
  const Figure f = PlaceFigure(body, Pose(JointAngles{}));
  for (int side = 0; side < 2; ++side) {
    EXPECT_NEAR(f.ankle[side].position.y, body.ankle_height, 1e-9);
    EXPECT_LT(f.heel[side].y, 0.5 * body.ankle_height);
    EXPECT_GT(f.heel[side].y, 0.0);
  }
  EXPECT_NEAR(f.head.position.y + 0.5 * body.head_height, 1.0, 1e-9);
  // Right is +z, ahead +x.
  EXPECT_GT(f.shoulder[0].position.z, f.shoulder[1].position.z);
  EXPECT_GT(f.big_toe[0].x, f.heel[0].x);
  // The big toes are inside.
  EXPECT_LT(f.big_toe[0].z, f.small_toe[0].z);
}

TEST(PlaceFigureTest, NothingSinksIntoTheGround) {
  for (const std::string& name : MotionNames()) {
    const CharacterMotion motion = MotionNamed(name, 3);
    const Proportions body = Character::FromSeed(9).body;
    for (int i = 0; i < 60; ++i) {
      const Figure f = PlaceFigure(body, motion.At(0.05 * i));
      double lowest = 1.0;
      for (int side = 0; side < 2; ++side) {
        lowest = std::min(
            {lowest, f.heel[side].y, f.big_toe[side].y, f.small_toe[side].y});
      }
      EXPECT_GE(lowest, 0.0) << name << " " << i;
    }
  }
}

TEST(PlaceFigureTest, LiftIsInLegLengths) {
  JointAngles angles;
  const Proportions body = Character::FromSeed(4).body;
  const double standing = PlaceFigure(body, Pose(angles)).pelvis.position.y;
  angles.lift = 0.5;
  EXPECT_NEAR(PlaceFigure(body, Pose(angles)).pelvis.position.y,
              standing + 0.5 * body.leg(), 1e-9);
}

TEST(PlaceFigureTest, AFistIsShorterThanAnOpenHand) {
  JointAngles angles;
  angles.hand[0] = {.curl = 0.0, .spread = 1.0, .twist = 0.0};
  angles.hand[1] = {.curl = 1.0, .spread = 0.0, .twist = 0.0};
  const Proportions body = Character::FromSeed(4).body;
  const Figure f = PlaceFigure(body, Pose(angles));
  const auto reach = [&](int side) {
    return Distance(f.hand[side][0], f.hand[side][12]);
  };
  EXPECT_NEAR(reach(0), body.hand, 0.1 * body.hand);
  EXPECT_LT(reach(1), 0.8 * body.hand);
  // Thumbs of hanging hands point ahead.
  EXPECT_GT(f.hand[0][4].x, f.hand[0][0].x);
  EXPECT_GT(f.hand[1][4].x, f.hand[1][0].x);
}

TEST(PlaceFigureTest, LooseThingsLagBehindAMovingBody) {
  const Proportions body = Character::FromSeed(4).body;
  const CharacterMotion motion = MotionNamed("sway");
  double most = 0.0;
  for (int i = 0; i < 40; ++i) {
    const Figure now = PlaceFigure(body, motion, 1.0 + 0.05 * i);
    const Figure before = PlaceFigure(body, motion, 0.9 + 0.05 * i);
    const Vector3 moved = now.head.position - before.head.position;
    EXPECT_LE(Dot(now.lag, moved), 1e-4);
    most = std::max(most, std::sqrt(Dot(now.lag, now.lag)));
  }
  EXPECT_GT(most, 0.005);
  EXPECT_LT(most, 0.05);
}

TEST(ReachBelowHipsTest, IsTheLegOfAStandingBody) {
  const Proportions body = Character::FromSeed(4).body;
  EXPECT_NEAR(ReachBelowHips(body, Posture()), body.leg() + body.ankle_height,
              1e-9);
  Posture upside_down;
  upside_down.root = AboutX(M_PI);
  EXPECT_GT(ReachBelowHips(body, upside_down), body.torso);
}

}  // namespace
}  // namespace animate
