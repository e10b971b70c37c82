#include "engine/synth/view.h"

#include <gtest/gtest.h>

#include <vector>

#include "engine/synth/joint_angles.h"

namespace animate {
namespace {

Figure Standing(const Character& character, double right = 0.0) {
  JointAngles angles;
  angles.right = right;
  return PlaceFigure(character.body, Pose(angles));
}

TEST(ViewTest, AStandingCharacterIsAsTallAsItsStature) {
  const Character character = Character::FromSeed(1);
  const std::vector<Figure> figures = {Standing(character)};
  const View view =
      View::Fit(character, figures, {.width = 600, .height = 600});
  EXPECT_NEAR(view.scale(), 600 * character.stature, 1e-9);
  const ViewPoint feet = view.Project({0.0, 0.0, 0.0});
  EXPECT_NEAR(feet.x, 300, 1e-9);
  EXPECT_NEAR(feet.y, view.ground(), 1e-9);
  EXPECT_LT(view.ground(), 600);
}

TEST(ViewTest, TheRightSideIsOnTheLeftAndAheadIsNear) {
  const Character character = Character::FromSeed(1);
  const std::vector<Figure> figures = {Standing(character)};
  const View ahead = View::Fit(character, figures, {});
  EXPECT_LT(ahead.Project({0.0, 0.5, 0.1}).x, ahead.Project({0.0, 0.5, 0.0}).x);
  EXPECT_GT(ahead.Project({0.1, 0.5, 0.0}).depth,
            ahead.Project({0.0, 0.5, 0.0}).depth);
  // Turned by 90 degrees it faces the left of the picture.
  const View side = View::Fit(character, figures, {.yaw_degrees = 90.0});
  EXPECT_LT(side.Project({0.1, 0.5, 0.0}).x, side.Project({0.0, 0.5, 0.0}).x);
}

TEST(ViewTest, ShrinksAndMovesSoThatAllFiguresFit) {
  const Character character = Character::FromSeed(1);
  const std::vector<Figure> figures = {Standing(character),
                                       Standing(character, 4.0)};
  const View view =
      View::Fit(character, figures, {.width = 300, .height = 600});
  EXPECT_LT(view.scale(), 300);
  for (const Figure& figure : figures) {
    for (int side = 0; side < 2; ++side) {
      const double x = view.Project(figure.hand[side][12]).x;
      EXPECT_GT(x, 0);
      EXPECT_LT(x, 300);
    }
  }
}

}  // namespace
}  // namespace animate
