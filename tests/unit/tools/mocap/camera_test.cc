#include "tools/mocap/camera.h"

#include <gtest/gtest.h>

#include <vector>

namespace animate {
namespace {

SpatialPose StandingAt(double x, double z) {
  Posture posture;
  posture.root_position = {x, 0.9, z};
  return PlaceHumanoid(posture);
}

const Keypoint& Joint(const PoseFrame& frame, BodyJoint joint) {
  return frame.people[0].body[joint];
}

TEST(CameraTest, FromAheadTheRightSideIsOnTheLeftAndTheHeadOnTop) {
  const std::vector<PoseFrame> frames = TakePictures({StandingAt(0, 0)}, {});
  ASSERT_EQ(frames.size(), 1U);
  const PoseFrame& frame = frames[0];
  EXPECT_LT(Joint(frame, kRightShoulder).x, Joint(frame, kLeftShoulder).x);
  EXPECT_LT(Joint(frame, kNose).y, Joint(frame, kNeck).y);
  EXPECT_LT(Joint(frame, kRightHip).y, Joint(frame, kRightAnkle).y);
  for (const Keypoint& keypoint : frame.people[0].body) {
    EXPECT_EQ(keypoint.confidence, 1.0);
  }
}

TEST(CameraTest, FromBehindTheFaceIsHidden) {
  const std::vector<PoseFrame> frames =
      TakePictures({StandingAt(0, 0)}, {.yaw_degrees = 180});
  EXPECT_GT(Joint(frames[0], kRightShoulder).x,
            Joint(frames[0], kLeftShoulder).x);
  EXPECT_EQ(Joint(frames[0], kNose).confidence, 0.0);
  EXPECT_EQ(Joint(frames[0], kLeftEye).confidence, 0.0);
  EXPECT_EQ(Joint(frames[0], kNeck).confidence, 1.0);
}

TEST(CameraTest, FromTheSideOnlyOneEarIsSeen) {
  const std::vector<PoseFrame> frames =
      TakePictures({StandingAt(0, 0)}, {.yaw_degrees = 80});
  EXPECT_EQ(Joint(frames[0], kLeftEar).confidence, 1.0);
  EXPECT_EQ(Joint(frames[0], kRightEar).confidence, 0.0);
  EXPECT_LT(Joint(frames[0], kNose).x, Joint(frames[0], kLeftEar).x);
}

TEST(CameraTest, TheWholeMotionFitsWithinTheMargins) {
  std::vector<SpatialPose> poses;
  for (int i = 0; i < 10; ++i) poses.push_back(StandingAt(0.1 * i, 0.3 * i));
  const CameraOptions options{.width = 400, .height = 300, .margin = 0.1};
  for (const PoseFrame& frame : TakePictures(poses, options)) {
    EXPECT_EQ(frame.width, 400);
    EXPECT_EQ(frame.height, 300);
    for (const Keypoint& keypoint : frame.people[0].body) {
      EXPECT_GE(keypoint.x, 40 - 1e-6);
      EXPECT_LE(keypoint.x, 360 + 1e-6);
      EXPECT_GE(keypoint.y, 30 - 1e-6);
      EXPECT_LE(keypoint.y, 270 + 1e-6);
    }
  }
}

TEST(CameraTest, PerspectiveEnlargesWhatIsNearer) {
  const auto height_at_end = [](double distance) {
    const std::vector<SpatialPose> poses = {StandingAt(0, 0), StandingAt(2, 0)};
    const std::vector<PoseFrame> frames =
        TakePictures(poses, {.distance = distance});
    const auto height = [](const PoseFrame& frame) {
      return Joint(frame, kRightAnkle).y - Joint(frame, kNose).y;
    };
    return height(frames[1]) / height(frames[0]);
  };
  EXPECT_NEAR(height_at_end(0.0), 1.0, 1e-9);
  EXPECT_GT(height_at_end(5.0), 1.3);
}

TEST(CameraTest, NoPosesMeanNoPictures) {
  EXPECT_TRUE(TakePictures({}, {}).empty());
}

}  // namespace
}  // namespace animate
