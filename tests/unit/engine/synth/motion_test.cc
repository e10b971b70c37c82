#include "engine/synth/motion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/base/error.h"
#include "engine/synth/character.h"
#include "engine/synth/figure.h"
#include "engine/synth/joint_angles.h"
#include "tests/support/paths.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

double Distance(const Vector3& a, const Vector3& b) {
  return std::sqrt(Dot(a - b, a - b));
}

double MostMoved(const Figure& a, const Figure& b) {
  double most = Distance(a.head.position, b.head.position);
  for (int side = 0; side < 2; ++side) {
    most = std::max({most,
                     Distance(a.wrist[side].position, b.wrist[side].position),
                     Distance(a.ankle[side].position, b.ankle[side].position)});
  }
  return most;
}

TEST(MotionNamesTest, AreSortedAndHoldWhatUsersAskFor) {
  const auto& names = MotionNames();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (const char* name : {"walk", "run", "dance", "wave", "jump", "kick",
                           "squat", "turn", "idle"}) {
    EXPECT_THAT(names, ::testing::Contains(name));
  }
}

TEST(CharacterMotionTest, UnknownNamesAreRefusedWithAllThatExist) {
  const auto motion = CharacterMotion::Open("moonwalk");
  ASSERT_FALSE(motion.ok());
  EXPECT_EQ(motion.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(GetErrorReason(motion.status()), "UNKNOWN_MOTION");
  EXPECT_THAT(std::string(motion.status().message()), HasSubstr("moonwalk"));
  for (const std::string& name : MotionNames()) {
    EXPECT_THAT(std::string(motion.status().message()), HasSubstr(name));
  }
}

TEST(CharacterMotionTest, EveryMotionMovesWithoutJumpsAndBeginsAtItsPlace) {
  const Proportions body = Character::FromSeed(3).body;
  for (const std::string& name : MotionNames()) {
    for (const uint64_t seed : {0U, 1U, 2U}) {
      const auto motion = CharacterMotion::Named(name, seed);
      ASSERT_TRUE(motion.ok());
      const MotionFrame first = motion->At(0.0);
      EXPECT_EQ(first.posture.root_position.x, 0.0);
      EXPECT_EQ(first.posture.root_position.z, 0.0);
      double most = 0.0;
      Figure before = PlaceFigure(body, first);
      const Figure start = before;
      for (int i = 1; i <= 240; ++i) {
        const Figure now = PlaceFigure(body, motion->At(i / 60.0));
        // In a sixtieth of a second: a fast punch, arms thrown up in a jump.
        EXPECT_LT(MostMoved(before, now), 0.095) << name << seed << " " << i;
        most = std::max(most, MostMoved(start, now));
        before = now;
      }
      EXPECT_GT(most, 0.01) << name;
    }
  }
}

TEST(CharacterMotionTest, SeedsVaryAMotion) {
  const Proportions body = Character::FromSeed(3).body;
  for (const std::string& name : MotionNames()) {
    const auto a = CharacterMotion::Named(name, 1);
    const auto b = CharacterMotion::Named(name, 2);
    ASSERT_TRUE(a.ok() && b.ok());
    double most = 0.0;
    for (int i = 0; i < 30; ++i) {
      most = std::max(most, MostMoved(PlaceFigure(body, a->At(0.1 * i)),
                                      PlaceFigure(body, b->At(0.1 * i))));
    }
    EXPECT_GT(most, 0.004) << name;
  }
}

TEST(CharacterMotionTest, PlanarMotionsStayInThePlane) {
  const Proportions body = Character::FromSeed(3).body;
  int planar = 0;
  for (const std::string& name : MotionNames()) {
    const auto motion = CharacterMotion::Named(name, 5);
    ASSERT_TRUE(motion.ok());
    planar += motion->planar() ? 1 : 0;
    double depth = 0.0;
    for (int i = 0; i < 60; ++i) {
      const Figure f = PlaceFigure(body, motion->At(0.05 * i));
      for (int side = 0; side < 2; ++side) {
        depth = std::max({depth, std::abs(f.wrist[side].position.x),
                          std::abs(f.knee[side].position.x),
                          std::abs(f.ankle[side].position.x)});
      }
    }
    if (motion->planar()) {
      EXPECT_LT(depth, 1e-9) << name;
    } else {
      EXPECT_GT(depth, 0.01) << name;
    }
  }
  EXPECT_GE(planar, 4);
}

TEST(CharacterMotionTest, TurningShowsTheBack) {
  const auto motion = CharacterMotion::Named("turn", 1);
  ASSERT_TRUE(motion.ok());
  const Figure half = PlaceFigure(Character::FromSeed(1).body,
                                  motion->At(0.5 * motion->duration()));
  EXPECT_LT(Rotate(half.chest.rotation, {1.0, 0.0, 0.0}).x, -0.95);
}

TEST(CharacterMotionTest, JumpsLeaveTheGround) {
  const auto motion = CharacterMotion::Named("jump", 1);
  ASSERT_TRUE(motion.ok());
  double highest = 0.0;
  for (int i = 0; i < 60; ++i) {
    highest = std::max(highest, motion->At(i / 30.0).lift);
  }
  EXPECT_GT(highest, 0.3);
}

TEST(CharacterMotionTest, EyesBlinkNowAndThen) {
  const auto motion = CharacterMotion::Named("idle", 1);
  ASSERT_TRUE(motion.ok());
  int closed = 0;
  for (int i = 0; i < 310; ++i) {
    closed += motion->At(i / 100.0).face.blink > 0.9 ? 1 : 0;
  }
  EXPECT_GT(closed, 3);
  EXPECT_LT(closed, 40);
}

TEST(CharacterMotionTest, PlaysMotionCaptureFilesOnTheSpot) {
  const auto motion = CharacterMotion::Open(
      SourceDir() + "/models/demo_inputs/motions/humanoid3d_walk.txt");
  ASSERT_TRUE(motion.ok()) << motion.status();
  const Proportions body = Character::FromSeed(3).body;
  const double cycle = motion->duration();
  EXPECT_GT(cycle, 0.5);
  const Figure a = PlaceFigure(body, motion->At(0.0));
  const Figure b = PlaceFigure(body, motion->At(0.5 * cycle));
  EXPECT_LT(std::abs(b.pelvis.position.x - a.pelvis.position.x), 0.1);
  EXPECT_GT(Distance(a.ankle[0].position, b.ankle[0].position), 0.1);
  // It walks, so one foot stays near the ground.
  for (int i = 0; i < 40; ++i) {
    EXPECT_LT(motion->At(0.05 * i).lift, 0.08);
  }
}

TEST(CharacterMotionTest, OtherFilesAreRefused) {
  EXPECT_EQ(CharacterMotion::Parse("").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CharacterMotion::Parse("HIERARCHY\nROOT").status().code(),
            absl::StatusCode::kInvalidArgument);
  const auto readme = CharacterMotion::Open(SourceDir() + "/README.md");
  EXPECT_EQ(readme.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(readme.status().message()), HasSubstr("README.md"));
  EXPECT_FALSE(CharacterMotion::Open(SourceDir()).ok());
}

TEST(PoseTest, FeetStayFlatHoweverTheLegsStand) {
  JointAngles angles;
  angles.leg_out[0] = 25.0;
  angles.leg_forward[1] = 60.0;
  angles.knee[1] = 80.0;
  const Figure f = PlaceFigure(Character::FromSeed(1).body, Pose(angles));
  for (int side = 0; side < 2; ++side) {
    EXPECT_NEAR(f.heel[side].y, f.big_toe[side].y, 1e-9);
    EXPECT_GT(f.big_toe[side].x, f.heel[side].x);
  }
}

TEST(PoseTest, AnglesMeanWhatTheySay) {
  const Proportions body = Character::FromSeed(1).body;
  JointAngles angles;
  angles.arm_out[0] = 90.0;
  angles.arm_forward[1] = 90.0;
  angles.elbow[1] = 90.0;
  const Figure f = PlaceFigure(body, Pose(angles));
  EXPECT_NEAR(f.wrist[0].position.z - f.shoulder[0].position.z,
              body.upper_arm + body.forearm, 1e-9);
  EXPECT_NEAR(f.elbow[1].position.x - f.shoulder[1].position.x, body.upper_arm,
              1e-9);
  EXPECT_NEAR(f.wrist[1].position.y - f.elbow[1].position.y, body.forearm,
              1e-9);
}

}  // namespace
}  // namespace animate
