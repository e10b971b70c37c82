#include "tools/mocap/humanoid.h"

#include <gtest/gtest.h>

#include <cmath>

namespace animate {
namespace {

double Distance(const Vector3& a, const Vector3& b) {
  return std::sqrt(Dot(a - b, a - b));
}

TEST(HumanoidTest, StandsUprightWithItsRightAtPlusZ) {
  Posture posture;
  posture.root_position = {0, 0.9, 0};
  const SpatialPose pose = PlaceHumanoid(posture);
  EXPECT_NEAR(pose.position[kRightAnkle].y, 0.9 - 0.422 - 0.410, 1e-9);
  EXPECT_GT(pose.position[kRightHip].z, pose.position[kLeftHip].z);
  EXPECT_GT(pose.position[kRightShoulder].z, pose.position[kLeftShoulder].z);
  EXPECT_GT(pose.position[kRightEar].z, pose.position[kLeftEar].z);
  EXPECT_GT(pose.position[kNeck].y, pose.position[kRightHip].y);
  EXPECT_GT(pose.position[kRightEye].y, pose.position[kNose].y);
  EXPECT_GT(pose.position[kNose].y, pose.position[kNeck].y);
  EXPECT_GT(pose.position[kNose].x, pose.position[kRightEar].x);
}

TEST(HumanoidTest, KneesBendBackwardAndElbowsForward) {
  Posture posture;
  posture.knee[0] = AboutZ(-1.0);
  posture.elbow[0] = AboutZ(1.0);
  const SpatialPose pose = PlaceHumanoid(posture);
  EXPECT_LT(pose.position[kRightAnkle].x, -0.3);
  EXPECT_GT(pose.position[kRightWrist].x, 0.15);
  EXPECT_NEAR(pose.position[kLeftAnkle].x, 0.0, 1e-9);
}

TEST(HumanoidTest, BonesKeepTheirLengthInEveryPosture) {
  Posture posture;
  posture.root = Normalized({0.9, 0.2, -0.3, 0.1});
  posture.chest = AboutY(0.4);
  posture.shoulder[1] = Normalized({0.5, 0.5, -0.2, 0.6});
  posture.elbow[1] = AboutZ(1.3);
  posture.hip[0] = Normalized({0.8, -0.1, 0.3, 0.4});
  const SpatialPose pose = PlaceHumanoid(posture);
  const auto length = [&](BodyJoint a, BodyJoint b) {
    return Distance(pose.position[a], pose.position[b]);
  };
  EXPECT_NEAR(length(kLeftShoulder, kLeftElbow), 0.275, 1e-9);
  EXPECT_NEAR(length(kLeftElbow, kLeftWrist), 0.259, 1e-9);
  EXPECT_NEAR(length(kRightHip, kRightKnee), 0.422, 1e-9);
  EXPECT_NEAR(length(kRightKnee, kRightAnkle), 0.410, 1e-9);
}

TEST(HumanoidTest, TurningTheNeckTurnsTheFaceOnly) {
  Posture straight;
  Posture turned;
  turned.neck = AboutY(M_PI / 2);
  const SpatialPose before = PlaceHumanoid(straight);
  const SpatialPose after = PlaceHumanoid(turned);
  EXPECT_NEAR(Distance(before.position[kNeck], after.position[kNeck]), 0, 1e-9);
  EXPECT_NEAR(after.facing[kNose].x, 0.0, 1e-9);
  EXPECT_NEAR(after.facing[kNose].z, -1.0, 1e-9);
}

}  // namespace
}  // namespace animate
