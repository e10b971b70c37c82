#include "engine/pose/rotation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace animate {
namespace {

constexpr double kQuarter = M_PI / 2;

void ExpectNear(const Vector3& actual, const Vector3& expected) {
  EXPECT_NEAR(actual.x, expected.x, 1e-12);
  EXPECT_NEAR(actual.y, expected.y, 1e-12);
  EXPECT_NEAR(actual.z, expected.z, 1e-12);
}

TEST(RotationTest, TurnsByTheRightHandRule) {
  ExpectNear(Rotate(AboutZ(kQuarter), {1, 0, 0}), {0, 1, 0});
  ExpectNear(Rotate(AboutY(kQuarter), {1, 0, 0}), {0, 0, -1});
  ExpectNear(Rotate(Rotation(), {1, 2, 3}), {1, 2, 3});
}

TEST(RotationTest, ProductsTurnByTheRightFactorFirst) {
  const Vector3 v{1, 2, 3};
  const Rotation a = AboutY(0.4);
  const Rotation b = AboutZ(-1.1);
  ExpectNear(Rotate(a * b, v), Rotate(a, Rotate(b, v)));
}

TEST(RotationTest, InterpolatesOnTheShorterWay) {
  const Rotation from = AboutZ(0.2);
  Rotation to = AboutZ(0.6);
  ExpectNear(Rotate(Interpolate(from, to, 0.5), {1, 0, 0}),
             Rotate(AboutZ(0.4), {1, 0, 0}));
  // The same rotation, written with the other sign.
  to = {-to.w, -to.x, -to.y, -to.z};
  ExpectNear(Rotate(Interpolate(from, to, 0.5), {1, 0, 0}),
             Rotate(AboutZ(0.4), {1, 0, 0}));
}

TEST(RotationTest, NormalizedMakesUnitQuaternions) {
  const Rotation rotation = Normalized({2, 0, 0, 2});
  EXPECT_NEAR(rotation.w, std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(Normalized({0, 0, 0, 0}).w, 1.0, 0.0);
}

}  // namespace
}  // namespace animate
