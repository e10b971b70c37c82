#ifndef ANIMATE_ENGINE_POSE_POSE_FRAME_H_
#define ANIMATE_ENGINE_POSE_POSE_FRAME_H_

#include <array>
#include <cstddef>
#include <vector>

namespace animate {

// Confidence from which a keypoint counts as seen (DWPose's threshold).
inline constexpr double kMinKeypointConfidence = 0.3;

// A point of a person in pixels of the picture it was found in, x to the right
// and y down. In double, as the reference computes: drawn positions are
// truncated, so a rounding error can move them by a pixel.
struct Keypoint {
  double x = 0.0;
  double y = 0.0;
  double confidence = 0.0;  // usually [0, 1]; detectors may exceed 1
  friend bool operator==(const Keypoint&, const Keypoint&) = default;
};

// The joints of the body in the order of OpenPose's COCO-18 layout. Left and
// right are the person's own.
enum BodyJoint : size_t {
  kNose,
  kNeck,
  kRightShoulder,
  kRightElbow,
  kRightWrist,
  kLeftShoulder,
  kLeftElbow,
  kLeftWrist,
  kRightHip,
  kRightKnee,
  kRightAnkle,
  kLeftHip,
  kLeftKnee,
  kLeftAnkle,
  kRightEye,
  kLeftEye,
  kRightEar,
  kLeftEar,
  kNumBodyJoints,
};

inline constexpr size_t kNumFootPoints = 6;
inline constexpr size_t kNumFacePoints = 68;
inline constexpr size_t kNumHandPoints = 21;
inline constexpr size_t kNumKeypoints =
    kNumBodyJoints + kNumFootPoints + kNumFacePoints + 2 * kNumHandPoints;

// All keypoints of one person: the 134 of DWPose (COCO-WholeBody plus neck).
// Parts that are not known keep confidence 0.
struct PersonPose {
  std::array<Keypoint, kNumBodyJoints> body;
  // Big toe, small toe, heel; left foot, then right.
  std::array<Keypoint, kNumFootPoints> feet;
  // iBUG 68: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67.
  std::array<Keypoint, kNumFacePoints> face;
  // Wrist, then four joints each of thumb, index, middle, ring, little finger.
  std::array<Keypoint, kNumHandPoints> left_hand;
  std::array<Keypoint, kNumHandPoints> right_hand;
  friend bool operator==(const PersonPose&, const PersonPose&) = default;
};

// Calls `visit(keypoint)` for the 134 keypoints of `person`, which may be
// const, in DWPose's order: body, feet, face, left hand, right hand.
template <typename Person, typename Visit>
void ForEachKeypoint(Person& person, Visit visit) {
  for (auto& keypoint : person.body) visit(keypoint);
  for (auto& keypoint : person.feet) visit(keypoint);
  for (auto& keypoint : person.face) visit(keypoint);
  for (auto& keypoint : person.left_hand) visit(keypoint);
  for (auto& keypoint : person.right_hand) visit(keypoint);
}

// Returns keypoint `index`, < 134, of `person`, which may be const, in the same
// order.
template <typename Person>
auto& KeypointAt(Person& person, size_t index) {
  if (index < kNumBodyJoints) return person.body[index];
  index -= kNumBodyJoints;
  if (index < kNumFootPoints) return person.feet[index];
  index -= kNumFootPoints;
  if (index < kNumFacePoints) return person.face[index];
  index -= kNumFacePoints;
  if (index < kNumHandPoints) return person.left_hand[index];
  return person.right_hand[index - kNumHandPoints];
}

// The people in one picture of width x height pixels.
struct PoseFrame {
  int width = 0;
  int height = 0;
  std::vector<PersonPose> people;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_POSE_FRAME_H_
