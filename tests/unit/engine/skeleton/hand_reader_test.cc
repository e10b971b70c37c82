#include "engine/skeleton/hand_reader.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/pose/body_bones.h"
#include "tests/unit/engine/skeleton/drawn_person.h"

namespace animate {
namespace {

HandsReading ReadHandsOf(const RgbImage& drawing,
                         const HandsReading* before = nullptr) {
  const LabelMap map = LabelPixels(drawing, false);
  return ReadHands(drawing, map, ReadBody(map), before);
}

double MeanHandDistance(const HandPoints& a, const HandPoints& b) {
  double sum = 0.0;
  for (size_t i = 0; i < kNumHandPoints; ++i) {
    sum += Distance(PointOf(a[i]), PointOf(b[i]));
  }
  return sum / kNumHandPoints;
}

TEST(ReadHandsTest, FindsBothOpenHands) {
  const PersonPose person = DrawnHands();
  const HandsReading hands = ReadHandsOf(Drawing(person));
  EXPECT_LT(MeanHandDistance(hands.left, person.left_hand), 1.5);
  EXPECT_LT(MeanHandDistance(hands.right, person.right_hand), 1.5);
}

TEST(ReadHandsTest, FollowsTheHandsOfTheFrameBefore) {
  const PersonPose person = DrawnHands();
  const HandsReading before{.left = person.left_hand,
                            .right = person.right_hand};
  PersonPose moved = person;
  for (Keypoint& point : moved.left_hand) point.x += 6.0;
  const HandsReading hands = ReadHandsOf(Drawing(moved), &before);
  EXPECT_LT(MeanHandDistance(hands.left, moved.left_hand), 1.5);
}

TEST(ReadHandsTest, PointsAreOnlyWhereDotsAre) {
  PersonPose person = DrawnHands();
  for (size_t i = 13; i < kNumHandPoints; ++i) person.left_hand[i] = {};
  const HandsReading hands = ReadHandsOf(Drawing(person));
  for (const Keypoint& point : hands.left) {
    if (point.confidence <= 0.0) continue;
    double nearest = 1e9;
    for (size_t i = 0; i < 13; ++i) {
      nearest = std::min(
          nearest, Distance(PointOf(point), PointOf(person.left_hand[i])));
    }
    EXPECT_LT(nearest, 4.0);
  }
}

TEST(ReadHandsTest, WithoutDotsThereIsNoHand) {
  const HandsReading hands = ReadHandsOf(Drawing(DrawnBody()));
  EXPECT_EQ(hands.left, HandPoints());
  EXPECT_EQ(hands.right, HandPoints());
}

}  // namespace
}  // namespace animate
