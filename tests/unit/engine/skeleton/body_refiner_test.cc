#include "engine/skeleton/body_refiner.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/engine/skeleton/drawn_person.h"

namespace animate {
namespace {

int CountDifferences(const RgbImage& a, const RgbImage& b) {
  int count = 0;
  for (size_t i = 0; i < a.pixels.size(); i += 3) {
    count += a.pixels[i] != b.pixels[i] || a.pixels[i + 1] != b.pixels[i + 1] ||
                     a.pixels[i + 2] != b.pixels[i + 2]
                 ? 1
                 : 0;
  }
  return count;
}

RgbImage RedrawnBody(const BodyReading& reading) {
  PersonPose person;
  for (size_t i = 0; i < kNumBodyJoints; ++i) {
    const JointReading& joint = reading.joints[i];
    if (joint.source == JointReading::Source::kNone) continue;
    person.body[i] = {joint.at.x, joint.at.y, 1.0};
  }
  return Drawing(person);
}

TEST(RefineBodyTest, WhatIsFoundDrawsThePictureAgain) {
  const RgbImage drawing = Drawing(DrawnBody());
  const LabelMap map = LabelPixels(drawing, false);
  BodyReading reading = ReadBody(map);
  const int before = CountDifferences(drawing, RedrawnBody(reading));
  RefineBody(map, reading);
  const int after = CountDifferences(drawing, RedrawnBody(reading));
  // Of the 20,000 pixels of the figure.
  EXPECT_LE(after, 40);
  EXPECT_LT(after, before / 4);
}

TEST(RefineBodyTest, DiscsDecideTheWholePixel) {
  const PersonPose person = DrawnBody();
  const LabelMap map = LabelPixels(Drawing(person), false);
  BodyReading reading = ReadBody(map);
  reading.joints[kNeck].at = reading.joints[kNeck].at + Point{2.0, -1.0};
  RefineBody(map, reading);
  for (size_t i = 0; i < kNumBodyJoints; ++i) {
    EXPECT_EQ(std::floor(reading.joints[i].at.x), std::floor(person.body[i].x))
        << i;
    EXPECT_EQ(std::floor(reading.joints[i].at.y), std::floor(person.body[i].y))
        << i;
  }
}

TEST(RefineBodyTest, ALimbIsFollowedUnderWhatHidesIt) {
  PersonPose person = DrawnBody();
  // A face over the upper half of the neck, and the nose in it.
  size_t i = 0;
  for (double y = 112; y < 160; y += 6) {
    for (double x = 240; x < 278; x += 5) {
      if (i < kNumFacePoints) person.face[i++] = {x, y, 1.0};
    }
  }
  const LabelMap map = LabelPixels(Drawing(person), false);
  BodyReading reading = ReadBody(map);
  RefineBody(map, reading);
  EXPECT_LT(Distance(reading.joints[kNose].at, PointOf(person.body[kNose])),
            8.0);
}

}  // namespace
}  // namespace animate
