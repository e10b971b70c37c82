#include "engine/synth/figure_keypoints.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/synth/head_view.h"
#include "engine/synth/joint_angles.h"

namespace animate {
namespace {

PersonPose Seen(double yaw_degrees, const JointAngles& angles = {},
                uint64_t seed = 2) {
  const Character character = Character::FromSeed(seed);
  const std::vector<Figure> figures = {
      PlaceFigure(character.body, Pose(angles))};
  const View view = View::Fit(character, figures, {.yaw_degrees = yaw_degrees});
  return FigureKeypoints(character, figures[0], view);
}

TEST(FigureKeypointsTest, FromAheadAllAreSeenWhereTheyBelong) {
  const PersonPose person = Seen(0.0);
  ForEachKeypoint(
      person, [](const Keypoint& point) { EXPECT_EQ(point.confidence, 1.0); });
  const auto& body = person.body;
  EXPECT_LT(body[kRightShoulder].x, body[kLeftShoulder].x);
  EXPECT_LT(body[kRightEye].x, body[kLeftEye].x);
  EXPECT_LT(body[kRightEar].x, body[kRightEye].x);
  EXPECT_LT(body[kLeftEye].y, body[kNose].y);
  EXPECT_LT(body[kNose].y, body[kNeck].y);
  EXPECT_NEAR(body[kNeck].x,
              0.5 * (body[kRightShoulder].x + body[kLeftShoulder].x), 1e-9);
  // Big toes inside, the left foot first.
  EXPECT_LT(person.feet[0].x, person.feet[1].x);
  EXPECT_GT(person.feet[3].x, person.feet[4].x);
  EXPECT_EQ(person.right_hand[0], body[kRightWrist]);
  EXPECT_EQ(person.left_hand[0], body[kLeftWrist]);
}

TEST(FigureKeypointsTest, TheFaceHasTheOrderOfItsLayout) {
  const auto& face = Seen(0.0).face;
  EXPECT_LT(face[0].x, face[8].x);  // the jaw begins at the right ear
  EXPECT_GT(face[8].y, face[57].y);
  EXPECT_LT(face[17].x, face[21].x);
  EXPECT_LT(face[21].x, face[22].x);
  EXPECT_LT(face[27].y, face[30].y);
  EXPECT_LT(face[36].x, face[39].x);
  EXPECT_LT(face[39].x, face[42].x);
  EXPECT_LT(face[42].x, face[45].x);
  EXPECT_LT(face[37].y, face[41].y);
  EXPECT_LT(face[48].x, face[54].x);
  EXPECT_LT(face[51].y, face[57].y);
  EXPECT_LT(face[19].y, face[37].y);
  // The middle of the eye is the body's eye.
  const Keypoint eye = Seen(0.0).body[kRightEye];
  EXPECT_NEAR(0.5 * (face[36].x + face[39].x), eye.x, 1.0);
}

TEST(FigureKeypointsTest, FromBehindThereIsNoFace) {
  const PersonPose person = Seen(180.0);
  EXPECT_EQ(person.body[kNose].confidence, 0.0);
  EXPECT_EQ(person.body[kLeftEye].confidence, 0.0);
  EXPECT_EQ(person.body[kRightEar].confidence, 1.0);
  for (const Keypoint& point : person.face) EXPECT_EQ(point.confidence, 0.0);
  EXPECT_GT(person.body[kRightShoulder].x, person.body[kLeftShoulder].x);
}

TEST(FigureKeypointsTest, FromTheSideOneEyeAndOneEarAreSeen) {
  const PersonPose person = Seen(75.0);
  EXPECT_EQ(person.body[kLeftEar].confidence, 1.0);
  EXPECT_EQ(person.body[kLeftEye].confidence, 1.0);
  EXPECT_EQ(person.body[kRightEar].confidence, 0.0);
  EXPECT_LT(person.body[kNose].x, person.body[kLeftEar].x);
}

TEST(FigureKeypointsTest, OpeningTheMouthMovesTheLowerLipOnly) {
  JointAngles open;
  open.face.mouth_open = 1.0;
  const auto closed_face = Seen(0.0).face;
  const auto open_face = Seen(0.0, open).face;
  EXPECT_EQ(open_face[51], closed_face[51]);
  EXPECT_GT(open_face[57].y, closed_face[57].y + 3.0);
  JointAngles blink;
  blink.face.blink = 1.0;
  const auto blinking = Seen(0.0, blink).face;
  EXPECT_NEAR(blinking[37].y, blinking[41].y, 1e-6);
  EXPECT_GT(closed_face[41].y - closed_face[37].y, 3.0);
}

TEST(HeadViewTest, ProjectionAndLineOfSightAgree) {
  JointAngles angles;
  angles.head_turn = 30.0;
  angles.head_down = 12.0;
  angles.head_right = -15.0;
  const Character character = Character::FromSeed(6);
  const std::vector<Figure> figures = {
      PlaceFigure(character.body, Pose(angles))};
  const View view = View::Fit(character, figures, {.yaw_degrees = 10.0});
  const HeadView head(character.body, figures[0].head, view);
  for (const Vector3& point :
       {Vector3{0.8, 0.6, 0.0}, Vector3{0.6, -0.64, 0.48},
        Vector3{0.9, 0.1, -0.4243}}) {
    const ViewPoint at = head.Project(point);
    const HeadView::Hit hit =
        head.At({static_cast<float>(at.x), static_cast<float>(at.y)});
    EXPECT_LT(hit.distance, 0.0F);
    EXPECT_NEAR(hit.x, point.x, 0.02);
    EXPECT_NEAR(hit.y, point.y, 0.02);
    EXPECT_NEAR(hit.z, point.z, 0.02);
  }
  const HeadView::Hit beside =
      head.At(head.center() + Spot{1.5F * head.half_width(), 0.0F});
  EXPECT_NEAR(beside.distance, 0.5F * head.half_width(),
              0.2F * head.half_width());
}

}  // namespace
}  // namespace animate
