#include "engine/skeleton/finger_tracer.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/skeleton/drawn_person.h"

namespace animate {
namespace {

TEST(TraceFingersTest, TheColoursOfBonesSayWhichDotIsWhich) {
  const PersonPose person = DrawnHands();
  const RgbImage drawing = Drawing(person);
  const LabelMap map = LabelPixels(drawing, false);
  std::vector<Point> truth;
  for (const Keypoint& point : person.left_hand) {
    truth.push_back(PointOf(point));
  }
  // The fingers are expected the other way round.
  std::vector<Point> expected = truth;
  for (Point& point : expected) point.x = 2.0 * truth[0].x - point.x;
  const std::vector<Point> places(truth.begin() + 1, truth.end());
  const std::vector<Point> found = TraceFingers(drawing, map, expected, places);
  for (size_t i = 1; i < truth.size(); ++i) {
    EXPECT_LT(Distance(found[i], truth[i]), 1.0) << i;
  }
}

TEST(TraceFingersTest, WithoutPlacesNothingChanges) {
  const RgbImage drawing = Drawing(DrawnBody());
  const std::vector<Point> expected(21, Point{100.0, 100.0});
  const std::vector<Point> found =
      TraceFingers(drawing, LabelPixels(drawing, false), expected, {});
  ASSERT_EQ(found.size(), 21U);
  EXPECT_EQ(found[20].x, 100.0);
}

}  // namespace
}  // namespace animate
