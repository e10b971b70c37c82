#ifndef ANIMATE_ENGINE_MEDIA_POSE_H_
#define ANIMATE_ENGINE_MEDIA_POSE_H_

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

// All keypoints of one person: the 134 of DWPose (COCO-WholeBody plus neck).
// Parts that are not known keep confidence 0.
struct PersonPose {
  std::array<Keypoint, kNumBodyJoints> body;
  // Big toe, small toe, heel; left foot, then right.
  std::array<Keypoint, 6> feet;
  // iBUG 68: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67.
  std::array<Keypoint, 68> face;
  // Wrist, then four joints each of thumb, index, middle, ring, little finger.
  std::array<Keypoint, 21> left_hand;
  std::array<Keypoint, 21> right_hand;
};

// The people in one picture of width x height pixels.
struct PoseFrame {
  int width = 0;
  int height = 0;
  std::vector<PersonPose> people;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_POSE_H_
