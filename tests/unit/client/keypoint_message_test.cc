#include "client/keypoint_message.h"

#include <gtest/gtest.h>

#include "tests/support/standing_person.h"

namespace animate {
namespace {

TEST(KeypointMessageTest, HoldsEveryPointInPixels) {
  PoseSequence motion = WalkingPerson(200, 300, 2);
  motion.frames[1].left_hand[20] = {.x = 7.5, .y = 8.5, .confidence = 2.5};
  const v1::PoseSequence message = ToMessage(motion);
  EXPECT_EQ(message.layout(), v1::KEYPOINT_LAYOUT_DWPOSE_WHOLEBODY_134);
  EXPECT_EQ(message.space(), v1::COORDINATE_SPACE_PIXEL);
  EXPECT_EQ(message.width(), 200u);
  EXPECT_EQ(message.height(), 300u);
  ASSERT_EQ(message.frames_size(), 2);
  const v1::PoseFrame& frame = message.frames(1);
  ASSERT_EQ(frame.xy_size(), 268);
  ASSERT_EQ(frame.confidence_size(), 134);
  EXPECT_EQ(frame.xy(0), static_cast<float>(motion.frames[1].body[0].x));
  EXPECT_EQ(frame.confidence(0), 0.9f);
  // Point 112 is the last of the left hand.
  EXPECT_EQ(frame.xy(224), 7.5f);
  EXPECT_EQ(frame.confidence(112), 1.0f) << "detectors may exceed 1";
  EXPECT_EQ(frame.confidence(133), 0.0f) << "missing";
}

TEST(KeypointMessageTest, KeepsTheRate) {
  PoseSequence motion = WalkingPerson(20, 30, 1);
  for (const double fps : {24.0, 30000.0 / 1001.0, 0.5, 1000.0}) {
    motion.fps = fps;
    const v1::Rational rate = ToMessage(motion).fps();
    EXPECT_NEAR(static_cast<double>(rate.numerator()) / rate.denominator(), fps,
                1e-9 * fps);
    EXPECT_LE(rate.numerator(), 2147483647u);
  }
  motion.fps = 0.0;
  EXPECT_FALSE(ToMessage(motion).has_fps());
}

TEST(KeypointMessageTest, AReferencePoseIsInPartsOfItsCanvas) {
  v1::RetargetOptions retarget;
  SetReferencePose(StandingPerson(50, 100, 80), 100, 200, retarget);
  EXPECT_EQ(retarget.reference_space(), v1::COORDINATE_SPACE_NORMALIZED);
  EXPECT_EQ(retarget.reference_layout(),
            v1::KEYPOINT_LAYOUT_DWPOSE_WHOLEBODY_134);
  EXPECT_FLOAT_EQ(retarget.reference_pose().xy(0), 0.5f);
  EXPECT_FLOAT_EQ(retarget.reference_pose().xy(1), (100 - 0.92f * 80) / 200);
}

}  // namespace
}  // namespace animate
