#include "engine/detector/person_networks.h"

#include <limits>

#include <gtest/gtest.h>

namespace animate {
namespace {

TEST(FinishPerson, PointsOutsideOfThePictureAreMissing) {
  PersonPose person;
  person.body[kNose] = {.x = 99.9, .y = 0.0, .confidence = 0.9};
  person.body[kRightWrist] = {.x = 100.0, .y = 10.0, .confidence = 0.9};
  person.left_hand[0] = {.x = 10.0, .y = -0.1, .confidence = 0.9};
  person.face[0] = {.x = std::numeric_limits<double>::quiet_NaN(),
                    .confidence = 0.9};
  FinishPerson(100, 50, person);
  EXPECT_EQ(person.body[kNose].confidence, 0.9);
  EXPECT_EQ(person.body[kRightWrist], Keypoint{});
  EXPECT_EQ(person.left_hand[0], Keypoint{});
  EXPECT_EQ(person.face[0], Keypoint{});
}

TEST(FinishPerson, NeckIsSeenWhenBothShouldersAre) {
  PersonPose person;
  person.body[kNeck] = {.x = 5, .y = 5, .confidence = 0.2};
  person.body[kLeftShoulder] = {.x = 4, .y = 5, .confidence = 0.31};
  person.body[kRightShoulder] = {.x = 6, .y = 5, .confidence = 0.31};
  PersonPose seen = person;
  FinishPerson(10, 10, seen);
  EXPECT_EQ(seen.body[kNeck].confidence, 1.0);
  person.body[kLeftShoulder].confidence = 0.3;
  FinishPerson(10, 10, person);
  EXPECT_EQ(person.body[kNeck].confidence, 0.0);
}

TEST(ShowsSomebody, NeedsAJointAboveTheThreshold) {
  PersonPose person;
  person.body[kLeftKnee] = {.x = 1, .y = 1, .confidence = 0.3};
  EXPECT_FALSE(ShowsSomebody(person));
  person.body[kLeftKnee].confidence = 0.31;
  EXPECT_TRUE(ShowsSomebody(person));
}

}  // namespace
}  // namespace animate
