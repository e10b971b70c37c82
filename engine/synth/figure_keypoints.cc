#include "engine/synth/figure_keypoints.h"

#include <cstddef>

#include "engine/synth/face_geometry.h"
#include "engine/synth/head_view.h"

namespace animate {
namespace {

// How far a point of the head may be turned away and still show: the sine of
// the angle behind the rim.
constexpr double kEyeRim = 0.0;
constexpr double kEarRim = -0.45;  // ears stand off

struct SideKeypoints {
  BodyJoint shoulder, elbow, wrist, hip, knee, ankle, eye, ear;
  size_t big_toe, small_toe, heel;
};
constexpr SideKeypoints kSideKeypoints[] = {
    {kRightShoulder, kRightElbow, kRightWrist, kRightHip, kRightKnee,
     kRightAnkle, kRightEye, kRightEar, 3, 4, 5},
    {kLeftShoulder, kLeftElbow, kLeftWrist, kLeftHip, kLeftKnee, kLeftAnkle,
     kLeftEye, kLeftEar, 0, 1, 2}};

Keypoint At(const ViewPoint& point, bool shows = true) {
  return {.x = point.x, .y = point.y, .confidence = shows ? 1.0 : 0.0};
}

void AddHead(const Character& character, const Figure& figure, const View& view,
             PersonPose& person) {
  const HeadView head(character.body, figure.head, view);
  const FaceGeometry face(character.look.face, figure.face);
  const auto place = [&](const Vector3& point, double rim) {
    return At(head.Project(point), head.Toward(point) > rim);
  };
  person.body[kNose] = place(NosePoint(face), kEyeRim - 0.15);
  for (const size_t side : {0U, 1U}) {
    const double sign = side == 0 ? 1.0 : -1.0;
    person.body[kSideKeypoints[side].eye] =
        place(EyePoint(face, sign), kEyeRim);
    // From behind, ears are seen as well as from ahead.
    person.body[kSideKeypoints[side].ear] = place(EarPoint(sign), kEarRim);
  }
  const auto points = FacePoints(face);
  // A face in profile is still one; from behind there is none.
  const bool any = head.Toward({1.0, 0.0, 0.0}) > -0.1;
  for (size_t i = 0; i < kNumFacePoints; ++i) {
    person.face[i] =
        At(head.Project(points[i]), any && head.Toward(points[i]) > -0.05);
  }
}

}  // namespace

PersonPose FigureKeypoints(const Character& character, const Figure& figure,
                           const View& view) {
  PersonPose person;
  const auto place = [&](const Vector3& at) { return At(view.Project(at)); };
  person.body[kNeck] = place(figure.chest.position);
  for (const size_t side : {0U, 1U}) {
    const SideKeypoints& k = kSideKeypoints[side];
    person.body[k.shoulder] = place(figure.shoulder[side].position);
    person.body[k.elbow] = place(figure.elbow[side].position);
    person.body[k.wrist] = place(figure.wrist[side].position);
    person.body[k.hip] = place(figure.hip[side].position);
    person.body[k.knee] = place(figure.knee[side].position);
    person.body[k.ankle] = place(figure.ankle[side].position);
    person.feet[k.big_toe] = place(figure.big_toe[side]);
    person.feet[k.small_toe] = place(figure.small_toe[side]);
    person.feet[k.heel] = place(figure.heel[side]);
    auto& hand = side == 0 ? person.right_hand : person.left_hand;
    for (size_t i = 0; i < kNumHandPoints; ++i) {
      hand[i] = place(figure.hand[side][i]);
    }
  }
  AddHead(character, figure, view, person);
  ForEachKeypoint(person, [&](Keypoint& point) {
    const bool inside = point.x >= 0.0 && point.x < view.width() &&
                        point.y >= 0.0 && point.y < view.height();
    if (!inside) point.confidence = 0.0;
  });
  return person;
}

}  // namespace animate
