#include "engine/detector/region.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace animate {
namespace {

constexpr double kPi = 3.14159265358979323846;

TEST(Region, StandsUprightWhenTheRimIsAbove) {
  const Region region = RegionAround({100, 100}, {100, 60}, kPi / 2);
  EXPECT_NEAR(region.rotation, 0.0, 1e-12);
  EXPECT_EQ(region.width, 80.0);
  EXPECT_EQ(region.height, 80.0);
}

TEST(Region, TurnsClockwiseWithThePerson) {
  // Somebody who lies with the head to the right.
  const Region region = RegionAround({100, 100}, {140, 100}, kPi / 2);
  EXPECT_NEAR(region.rotation, kPi / 2, 1e-12);
  // The top of the region is on the right.
  const Point top = FromRegion({0.5, 0.0}, region);
  EXPECT_NEAR(top.x, 140.0, 1e-9);
  EXPECT_NEAR(top.y, 100.0, 1e-9);
}

TEST(Region, RotationStaysBelowHalfATurn) {
  EXPECT_NEAR(RotationToward({0, 0}, {0, 10}, kPi / 2), -kPi, 1e-12);
  EXPECT_NEAR(RotationToward({0, 0}, {10, 0}, -3 * kPi), -kPi, 1e-12);
}

TEST(Region, GrowsAboutAShiftedMiddleByTheOldHeight) {
  const Region box = RegionOfBox(10, 20, 30, 60);  // 20 x 40
  const Region grown = Grown(box, 2.0, -0.1);
  EXPECT_NEAR(grown.center.x, 20.0, 1e-12);
  EXPECT_NEAR(grown.center.y, 36.0, 1e-12);
  EXPECT_EQ(grown.width, 80.0);
  EXPECT_EQ(grown.height, 80.0);
}

TEST(Region, GrowsAlongItsOwnDown) {
  Region box = RegionOfBox(0, 0, 10, 10);
  box.rotation = kPi / 2;  // its down points to the left
  const Region grown = Grown(box, 1.0, 1.0);
  EXPECT_NEAR(grown.center.x, -5.0, 1e-12);
  EXPECT_NEAR(grown.center.y, 5.0, 1e-12);
}

TEST(Region, LetterboxHoldsTheWholePicture) {
  const Region region = LetterboxRegion(200, 100);
  const Point corner = FromRegion({0.0, 0.0}, region);
  EXPECT_EQ(corner.x, 0.0);
  EXPECT_EQ(corner.y, -50.0);
}

TEST(Region, IsUsableOnlyWhenFiniteAndOfSomeSize) {
  EXPECT_TRUE(IsUsable(RegionOfBox(0, 0, 1, 1)));
  EXPECT_FALSE(IsUsable(RegionOfBox(0, 0, 0.5, 1)));
  EXPECT_FALSE(IsUsable(RegionOfBox(1, 1, 0, 0)));
  EXPECT_FALSE(IsUsable(RegionOfBox(0, 0, 1e9, 10)));
  Region region = RegionOfBox(0, 0, 1, 1);
  region.center.x = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(IsUsable(region));
  region = RegionOfBox(0, 0, 1, 1);
  region.rotation = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(IsUsable(region));
}

TEST(Region, OverlapIsSharedAreaOverAllArea) {
  const Region box = RegionOfBox(0, 0, 10, 10);
  EXPECT_NEAR(Overlap(box, box), 1.0, 1e-12);
  EXPECT_NEAR(Overlap(box, RegionOfBox(5, 0, 15, 10)), 1.0 / 3.0, 1e-12);
  EXPECT_EQ(Overlap(box, RegionOfBox(20, 0, 30, 10)), 0.0);
}

}  // namespace
}  // namespace animate
