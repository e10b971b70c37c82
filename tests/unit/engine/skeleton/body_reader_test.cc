#include "engine/skeleton/body_reader.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/skeleton/drawn_person.h"

namespace animate {
namespace {

using Source = JointReading::Source;

TEST(ReadBodyTest, FindsEveryDiscToAPixel) {
  const PersonPose person = DrawnBody();
  const BodyReading reading = ReadBody(LabelPixels(Drawing(person), false));
  for (size_t i = 0; i < kNumBodyJoints; ++i) {
    EXPECT_EQ(reading.joints[i].source, Source::kDisc) << i;
    EXPECT_LT(Distance(reading.joints[i].at, PointOf(person.body[i])), 1.5)
        << i;
  }
}

TEST(ReadBodyTest, JointsUnderOthersAreJudgedByTheirLimbs) {
  PersonPose person = DrawnBody();
  // A dot of the face covers all of the disc.
  for (size_t i = 0; i < 20; ++i) {
    const double x = static_cast<double>(i % 5) * 3.0 - 6.0;
    const double y = static_cast<double>(i / 5) * 3.0 - 5.0;
    person.face[i] = {person.body[kLeftElbow].x + x,
                      person.body[kLeftElbow].y + y, 1.0};
  }
  const BodyReading reading = ReadBody(LabelPixels(Drawing(person), false));
  const JointReading& elbow = reading.joints[kLeftElbow];
  EXPECT_EQ(elbow.source, Source::kLimbs);
  EXPECT_LT(Distance(elbow.at, PointOf(person.body[kLeftElbow])), 12.0);
}

TEST(ReadBodyTest, MissingJointsStayMissing) {
  PersonPose person = DrawnBody();
  person.body[kRightAnkle] = {};
  person.body[kLeftWrist] = {};
  const BodyReading reading = ReadBody(LabelPixels(Drawing(person), false));
  EXPECT_EQ(reading.joints[kRightAnkle].source, Source::kNone);
  EXPECT_EQ(reading.joints[kLeftWrist].source, Source::kNone);
  EXPECT_EQ(reading.joints[kRightKnee].source, Source::kDisc);
}

TEST(ReadBodyTest, OnlyTheRightOrderOfColoursIsConsistent) {
  const RgbImage drawing = Drawing(DrawnBody());
  const double right = ReadBody(LabelPixels(drawing, false)).consistency;
  const double wrong = ReadBody(LabelPixels(drawing, true)).consistency;
  EXPECT_GT(right, 15.0);
  EXPECT_LT(wrong, 0.3 * right);
}

TEST(ReadBodyTest, TheKneeIsNotADotOfAHand) {
  const PersonPose person = DrawnHands();
  const BodyReading reading = ReadBody(LabelPixels(Drawing(person), false));
  EXPECT_LT(
      Distance(reading.joints[kLeftKnee].at, PointOf(person.body[kLeftKnee])),
      1.5);
}

}  // namespace
}  // namespace animate
