#include "engine/detector/blaze_mapping.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace animate {
namespace {

// BlazePose's landmark of each joint; the neck has none.
constexpr size_t kNone = kNumBlazeLandmarks;
constexpr std::array<size_t, kNumBodyJoints> kBodyLandmarks = {
    0, kNone, 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7};
constexpr std::array<size_t, kNumFootPoints> kFootLandmarks = {31, kNone, 29,
                                                               32, kNone, 30};

// Points of the face mesh whose middle is a point of iBUG's 68. The jaw and the
// brows lie lower than in lists that circulate, whose jaws end at the height
// of the brows; these were nearer to iBUG's marks on photos of faces.
struct MeshPair {
  size_t first;
  size_t second;
};
constexpr MeshPair One(size_t index) { return {index, index}; }
constexpr std::array<MeshPair, kNumFacePoints> kFaceMesh = {{
    One(127),   One(234),   One(93),    One(58),   One(172),   One(136),
    One(149),   One(176),   One(152),   One(400),  One(378),   One(365),
    One(397),   One(288),   One(323),   One(454),  One(356),   {70, 46},
    {63, 53},   {105, 52},  {66, 65},   {107, 55}, {336, 285}, {296, 295},
    {334, 282}, {293, 283}, {300, 276}, One(168),  One(197),   One(5),
    One(4),     One(75),    One(97),    One(2),    One(326),   One(305),
    One(33),    One(160),   One(158),   One(133),  One(153),   One(144),
    One(362),   One(385),   One(387),   One(263),  One(373),   One(380),
    One(61),    One(39),    One(37),    One(0),    One(267),   One(269),
    One(291),   One(405),   One(314),   One(17),   One(84),    One(181),
    One(78),    One(82),    One(13),    One(312),  One(308),   One(317),
    One(14),    One(87),
}};

Keypoint KeypointOf(Point at, double confidence) {
  return {.x = at.x, .y = at.y, .confidence = confidence};
}

}  // namespace

PersonPose PersonOfBlazeBody(const BlazeBody& body) {
  PersonPose person;
  const auto landmark = [&](size_t index) {
    return index == kNone
               ? Keypoint{}
               : KeypointOf(body.points[index], body.visibility[index]);
  };
  for (size_t i = 0; i < kNumBodyJoints; ++i) {
    person.body[i] = landmark(kBodyLandmarks[i]);
  }
  for (size_t i = 0; i < kNumFootPoints; ++i) {
    person.feet[i] = landmark(kFootLandmarks[i]);
  }
  const Keypoint& left = person.body[kLeftShoulder];
  const Keypoint& right = person.body[kRightShoulder];
  person.body[kNeck] = KeypointOf(0.5 * (PointOf(left) + PointOf(right)),
                                  std::min(left.confidence, right.confidence));
  return person;
}

void AddBlazeHand(const BlazeHand& hand, BodySide side, PersonPose& person) {
  auto& points = side == BodySide::kLeft ? person.left_hand : person.right_hand;
  for (size_t i = 0; i < kNumHandPoints; ++i) {
    points[i] = KeypointOf(hand.points[i], hand.presence);
  }
}

void AddBlazeFace(const BlazeFace& face, PersonPose& person) {
  for (size_t i = 0; i < kNumFacePoints; ++i) {
    const auto [first, second] = kFaceMesh[i];
    person.face[i] = KeypointOf(
        0.5 * (face.points[first] + face.points[second]), face.presence);
  }
}

}  // namespace animate
