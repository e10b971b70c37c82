#include "engine/detector/blaze_mapping.h"

#include <gtest/gtest.h>

namespace animate {
namespace {

// Landmark i at (i, 100 + i), visible by i percent.
BlazeBody NumberedBody() {
  BlazeBody body;
  for (size_t i = 0; i < kNumBlazeLandmarks; ++i) {
    const double number = static_cast<double>(i);
    body.points[i] = {number, 100.0 + number};
    body.visibility[i] = number / 100.0;
  }
  return body;
}

TEST(BlazeMapping, EachJointHasItsLandmark) {
  const PersonPose person = PersonOfBlazeBody(NumberedBody());
  EXPECT_EQ(person.body[kNose].x, 0.0);
  EXPECT_EQ(person.body[kRightShoulder].x, 12.0);
  EXPECT_EQ(person.body[kLeftShoulder].x, 11.0);
  EXPECT_EQ(person.body[kRightElbow].x, 14.0);
  EXPECT_EQ(person.body[kLeftWrist].x, 15.0);
  EXPECT_EQ(person.body[kRightHip].x, 24.0);
  EXPECT_EQ(person.body[kLeftKnee].x, 25.0);
  EXPECT_EQ(person.body[kRightAnkle].x, 28.0);
  EXPECT_EQ(person.body[kRightEye].x, 5.0);
  EXPECT_EQ(person.body[kLeftEye].x, 2.0);
  EXPECT_EQ(person.body[kRightEar].x, 8.0);
  EXPECT_EQ(person.body[kLeftEar].x, 7.0);
  EXPECT_EQ(person.body[kLeftEar].y, 107.0);
  EXPECT_EQ(person.body[kLeftEar].confidence, 0.07);
}

TEST(BlazeMapping, NeckIsHalfwayBetweenTheShoulders) {
  const PersonPose person = PersonOfBlazeBody(NumberedBody());
  EXPECT_EQ(person.body[kNeck].x, 11.5);
  EXPECT_EQ(person.body[kNeck].y, 111.5);
  EXPECT_EQ(person.body[kNeck].confidence, 0.11);
}

TEST(BlazeMapping, FeetHaveNoSmallToes) {
  const PersonPose person = PersonOfBlazeBody(NumberedBody());
  EXPECT_EQ(person.feet[0].x, 31.0);
  EXPECT_EQ(person.feet[1], Keypoint{});
  EXPECT_EQ(person.feet[2].x, 29.0);
  EXPECT_EQ(person.feet[3].x, 32.0);
  EXPECT_EQ(person.feet[4], Keypoint{});
  EXPECT_EQ(person.feet[5].x, 30.0);
}

TEST(BlazeMapping, HandsGoToTheirSides) {
  BlazeHand hand{.presence = 0.75};
  for (size_t i = 0; i < kNumHandPoints; ++i) {
    hand.points[i] = {static_cast<double>(i), 3.0};
  }
  PersonPose person;
  AddBlazeHand(hand, BodySide::kRight, person);
  EXPECT_EQ(person.left_hand[20], Keypoint{});
  EXPECT_EQ(person.right_hand[20],
            (Keypoint{.x = 20.0, .y = 3.0, .confidence = 0.75}));
  AddBlazeHand(hand, BodySide::kLeft, person);
  EXPECT_EQ(person.left_hand, person.right_hand);
}

TEST(BlazeMapping, FaceIsReducedToTheMarksOfIbug) {
  BlazeFace face{.presence = 0.6};
  for (size_t i = 0; i < kNumFaceMeshPoints; ++i) {
    face.points.push_back({static_cast<double>(i), 0.0});
  }
  PersonPose person;
  AddBlazeFace(face, person);
  EXPECT_EQ(person.face[0].x, 127.0);
  EXPECT_EQ(person.face[8].x, 152.0);               // chin
  EXPECT_EQ(person.face[17].x, (70.0 + 46.0) / 2);  // between two of a brow
  EXPECT_EQ(person.face[26].x, (300.0 + 276.0) / 2);
  EXPECT_EQ(person.face[30].x, 4.0);  // tip of the nose
  EXPECT_EQ(person.face[36].x, 33.0);
  EXPECT_EQ(person.face[48].x, 61.0);
  EXPECT_EQ(person.face[67].x, 87.0);
  EXPECT_EQ(person.face[67].confidence, 0.6);
}

}  // namespace
}  // namespace animate
