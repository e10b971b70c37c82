#include "engine/skeleton/dot_fitter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/skeleton/disc.h"

namespace animate {
namespace {

DotField FieldWithDots(const std::vector<Point>& dots) {
  DotField field{.left = 10, .top = 20, .width = 60, .height = 50};
  field.ground.assign(60 * 50, DotGround::kForbidden);
  for (const Point& dot : dots) {
    ForEachDiscPixel(
        kDiscOfRadius3, static_cast<int>(dot.x), static_cast<int>(dot.y),
        [&](int x, int y) {
          field.ground[static_cast<size_t>((y - 20) * 60 + x - 10)] =
              DotGround::kDot;
        });
  }
  return field;
}

TEST(FitDotsTest, DotsApartAreFoundExactly) {
  const std::vector<Point> dots = {{20.5, 30.5}, {40.5, 33.5}, {52.5, 60.5}};
  const DotField field = FieldWithDots(dots);
  const std::vector<Point> expected = {{24, 27}, {37, 36}, {50, 57}};
  const std::vector<Point> found = FitDots(field, kDiscOfRadius3, expected, {});
  for (size_t i = 0; i < dots.size(); ++i) {
    EXPECT_EQ(found[i].x, dots[i].x);
    EXPECT_EQ(found[i].y, dots[i].y);
    EXPECT_EQ(DotFit(field, kDiscOfRadius3, found[i]), 1.0);
  }
}

TEST(FitDotsTest, DotsThatTouchAreCoveredTogether) {
  const std::vector<Point> dots = {{30.5, 40.5}, {34.5, 40.5}, {38.5, 41.5}};
  const DotField field = FieldWithDots(dots);
  const std::vector<Point> expected = {{31, 40}, {34, 44}, {36, 38}};
  const std::vector<Point> found = FitDots(field, kDiscOfRadius3, expected, {});
  int uncovered = 0;
  for (int y = 20; y < 70; ++y) {
    for (int x = 10; x < 70; ++x) {
      if (field.at(x, y) != DotGround::kDot) continue;
      bool covered = false;
      for (const Point& p : found) {
        ForEachDiscPixel(
            kDiscOfRadius3, static_cast<int>(p.x), static_cast<int>(p.y),
            [&](int px, int py) { covered = covered || (px == x && py == y); });
      }
      uncovered += covered ? 0 : 1;
    }
  }
  EXPECT_EQ(uncovered, 0);
}

TEST(CountUncoveredTest, CountsThePixelsOfDotsThatNothingCovers) {
  const DotField field = FieldWithDots({{20.5, 30.5}, {40.5, 33.5}});
  const std::vector<Point> one = {{20.5, 30.5}};
  EXPECT_EQ(CountUncovered(field, kDiscOfRadius3, {}), 58U);
  EXPECT_EQ(CountUncovered(field, kDiscOfRadius3, one), 29U);
}

TEST(FitDotsTest, NothingMovesFartherThanItsReach) {
  const DotField field = FieldWithDots({{60.5, 60.5}});
  const std::vector<Point> expected = {{20.2, 30.2}};
  const std::vector<Point> found =
      FitDots(field, kDiscOfRadius3, expected, {.reach = 5});
  EXPECT_LE(std::abs(found[0].x - 20.5), 5.0);
  EXPECT_EQ(DotFit(field, kDiscOfRadius3, found[0]), 0.0);
}

TEST(FitDotsTest, OutsideOfTheFieldIsForbidden) {
  const DotField field = FieldWithDots({{20.5, 30.5}});
  EXPECT_EQ(field.at(0, 0), DotGround::kForbidden);
  EXPECT_EQ(DotFit(field, kDiscOfRadius3, {-1000, 5}), 0.0);
}

}  // namespace
}  // namespace animate
