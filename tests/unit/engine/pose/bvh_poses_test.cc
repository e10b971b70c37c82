#include "engine/pose/bvh_poses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "engine/pose/body_bones.h"
#include "tests/unit/engine/pose/file_bytes.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

PoseSequence Project(const std::string& text, const BvhCamera& camera) {
  const auto clip = ParseBvh(text);
  EXPECT_TRUE(clip.ok()) << clip.status();
  const auto sequence = ProjectBvh(*clip, camera);
  EXPECT_TRUE(sequence.ok()) << sequence.status();
  return sequence.value_or(PoseSequence{.frames = {{}}});
}

TEST(ProjectBvhTest, TheCharacterFacesTheCameraAndFits) {
  const PoseSequence sequence = Project(SmallBvh(), {});
  EXPECT_EQ(sequence.width, 512);
  EXPECT_EQ(sequence.frames.size(), 5U);
  EXPECT_NEAR(sequence.fps, 120, 1e-3);
  const auto& body = sequence.frames[0].body;
  // Its left is on the right of the picture, its head up.
  EXPECT_GT(body[kLeftWrist].x, body[kRightWrist].x);
  EXPECT_LT(body[kNose].y, body[kNeck].y);
  EXPECT_GT(body[kLeftEye].x, body[kRightEye].x);
  for (const Keypoint& joint : body) EXPECT_EQ(joint.confidence, 1.0);
  for (const PersonPose& person : sequence.frames) {
    ForEachKeypoint(person, [&](const Keypoint& point) {
      if (point.confidence <= 0.0) return;
      EXPECT_GE(point.x, 0.08 * 512 - 1e-6);
      EXPECT_LE(point.x, 0.92 * 512 + 1e-6);
      EXPECT_LE(point.y, 0.92 * 768 + 1e-6);
    });
  }
  EXPECT_EQ(sequence.frames[0].feet[0].confidence, 1.0);
  EXPECT_EQ(sequence.frames[0].feet[1].confidence, 0.0);
}

TEST(ProjectBvhTest, ProportionsAndMotionAreTheFiles) {
  const PoseSequence sequence = Project(SmallBvh(), {});
  const auto& first = sequence.frames[0].body;
  const auto& last = sequence.frames[4].body;
  const auto length = [](const Keypoint& a, const Keypoint& b) {
    return Distance(PointOf(a), PointOf(b));
  };
  const double unit = length(first[kLeftHip], first[kLeftKnee]) / 45.0;
  EXPECT_NEAR(length(first[kLeftElbow], first[kLeftWrist]), 25 * unit, 1e-6);
  EXPECT_NEAR(first[kLeftElbow].y, first[kLeftShoulder].y, 1e-6);
  // Raised by 90 degrees: straight up.
  EXPECT_NEAR(last[kLeftElbow].x, last[kLeftWrist].x, 1e-6);
  EXPECT_NEAR(last[kLeftElbow].y - last[kLeftWrist].y, 25 * unit, 1e-6);
  EXPECT_EQ(first[kRightWrist], last[kRightWrist]);
}

TEST(ProjectBvhTest, YawTurnsTheCharacter) {
  // At 90 degrees it faces the left of the picture and walks there.
  const PoseSequence sequence = Project(SmallBvh(), {.yaw_degrees = 90});
  const auto& first = sequence.frames[0].body;
  const auto& last = sequence.frames[4].body;
  EXPECT_NEAR(first[kLeftHip].x, first[kRightHip].x, 1e-6);
  EXPECT_LT(last[kRightAnkle].x, first[kRightAnkle].x - 1.0);
  EXPECT_LT(first[kNose].x, first[kNeck].x);
  EXPECT_EQ(first[kRightEar].confidence, 0.0);
  EXPECT_EQ(first[kLeftEar].confidence, 1.0);
  // From behind there is no face.
  const auto behind = Project(SmallBvh(), {.yaw_degrees = 180}).frames[0].body;
  EXPECT_EQ(behind[kNose].confidence, 0.0);
  EXPECT_GT(behind[kRightWrist].x, behind[kLeftWrist].x);
}

TEST(ProjectBvhTest, SamplesAtTheRateWanted) {
  const PoseSequence sequence = Project(SmallBvh(), {.fps = 60});
  EXPECT_EQ(sequence.frames.size(), 3U);
  EXPECT_EQ(sequence.fps, 60);
  EXPECT_EQ(Project(SmallBvh(), {.fps = 500}).frames.size(), 5U);
}

TEST(ProjectBvhTest, KnowsOtherRigsNames) {
  const PoseSequence mixamo = Project(SmallBvh(), {});
  const std::string biped = absl::StrReplaceAll(
      SmallBvh(), {{"mixamorig:LeftUpLeg", "Bip01 L Thigh"},
                   {"mixamorig:LeftLeg", "Bip01 L Calf"},
                   {"mixamorig:LeftFoot", "Bip01 L Foot"},
                   {"mixamorig:LeftArm", "Bip01 L UpperArm"},
                   {"mixamorig:LeftShoulder", "Bip01 L Clavicle"},
                   {"mixamorig:LeftForeArm", "Bip01 L Forearm"},
                   {"mixamorig:LeftHand", "Bip01 L Hand"}});
  EXPECT_EQ(Project(biped, {}).frames[2].body, mixamo.frames[2].body);
  const std::string blender =
      absl::StrReplaceAll(SmallBvh(), {{"mixamorig:RightUpLeg", "thigh.R"},
                                       {"mixamorig:RightLeg", "shin.R"},
                                       {"mixamorig:RightFoot", "foot.R"},
                                       {"mixamorig:RightArm", "upper_arm.R"},
                                       {"mixamorig:RightShoulder", "collar.R"},
                                       {"mixamorig:RightForeArm", "forearm.R"},
                                       {"mixamorig:RightHand", "hand.R"}});
  EXPECT_EQ(Project(blender, {}).frames[2].body, mixamo.frames[2].body);
}

TEST(ProjectBvhTest, UnknownRigsAreRefusedWithTheirNames) {
  const auto clip =
      ParseBvh(absl::StrReplaceAll(SmallBvh(), {{"LeftLeg", "Tentacle"}}));
  ASSERT_TRUE(clip.ok());
  const auto sequence = ProjectBvh(*clip, {});
  EXPECT_EQ(sequence.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(sequence.status().message(), HasSubstr("left leg"));
  EXPECT_THAT(sequence.status().message(), HasSubstr("mixamorig:Tentacle"));
}

TEST(ProjectBvhTest, ZMayBeUp) {
  // The same person lying along z, as files of a z-up program have it.
  std::string text = SmallBvh();
  auto clip = ParseBvh(text).value();
  for (BvhClip::Joint& joint : clip.joints) {
    joint.offset = {joint.offset.x, -joint.offset.z, joint.offset.y};
  }
  for (double& value : clip.values) value = 0.0;
  const auto sequence = ProjectBvh(clip, {});
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  const auto& body = sequence->frames[0].body;
  EXPECT_GT(body[kLeftAnkle].y, body[kLeftHip].y + 50);
  EXPECT_GT(body[kLeftWrist].x, body[kRightWrist].x);
  EXPECT_EQ(body[kNose].confidence, 1.0);
}

TEST(PlaceBvhBodiesTest, BodiesFaceAheadWithTheirRightAtPlusZ) {
  const auto clip = ParseBvh(SmallBvh());
  ASSERT_TRUE(clip.ok()) << clip.status();
  const auto bodies = PlaceBvhBodies(*clip);
  ASSERT_TRUE(bodies.ok()) << bodies.status();
  ASSERT_EQ(bodies->size(), 5U);
  const BvhBody& first = bodies->front();
  EXPECT_GT(first.joint[kRightShoulder].z, first.joint[kLeftShoulder].z);
  EXPECT_GT(first.joint[kNeck].y, first.joint[kRightHip].y);
  EXPECT_NEAR(first.joint[kLeftHip].y - first.joint[kLeftKnee].y, 45.0, 1e-6);
  EXPECT_NEAR(first.head_up.y, 1.0, 1e-9);
  EXPECT_NEAR(first.head_front.x, 1.0, 1e-9);
  // Raised by 90 degrees: straight up.
  const auto& last = bodies->back().joint;
  EXPECT_NEAR(last[kLeftWrist].y - last[kLeftElbow].y, 25.0, 1e-6);
}

}  // namespace
}  // namespace animate
