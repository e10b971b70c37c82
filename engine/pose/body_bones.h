#ifndef ANIMATE_ENGINE_POSE_BODY_BONES_H_
#define ANIMATE_ENGINE_POSE_BODY_BONES_H_

#include <array>
#include <cmath>
#include <cstddef>

#include "absl/strings/string_view.h"
#include "engine/pose/pose_frame.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// The middle of the hips, behind the 18 joints of the body.
inline constexpr size_t kMidHip = kNumBodyJoints;
inline constexpr size_t kNumSkeletonJoints = kNumBodyJoints + 1;

// Bones that share one length: those of both sides.
enum BoneClass : size_t {
  kPelvis,
  kTorso,
  kShoulderWidth,
  kUpperArm,
  kForearm,
  kThigh,
  kShin,
  kNeckToNose,
  kNumBoneClasses,
};
inline constexpr absl::string_view kBoneClassNames[kNumBoneClasses] = {
    "pelvis",  "torso", "shoulder", "upper_arm",
    "forearm", "thigh", "shin",     "neck"};

struct Bone {
  size_t parent;
  size_t child;
  BoneClass bone_class;
};

// Seen from the middle of the hips, parents before children.
inline constexpr Bone kBones[] = {{kMidHip, kRightHip, kPelvis},
                                  {kMidHip, kLeftHip, kPelvis},
                                  {kMidHip, kNeck, kTorso},
                                  {kNeck, kRightShoulder, kShoulderWidth},
                                  {kNeck, kLeftShoulder, kShoulderWidth},
                                  {kRightShoulder, kRightElbow, kUpperArm},
                                  {kLeftShoulder, kLeftElbow, kUpperArm},
                                  {kRightElbow, kRightWrist, kForearm},
                                  {kLeftElbow, kLeftWrist, kForearm},
                                  {kRightHip, kRightKnee, kThigh},
                                  {kLeftHip, kLeftKnee, kThigh},
                                  {kRightKnee, kRightAnkle, kShin},
                                  {kLeftKnee, kLeftAnkle, kShin},
                                  {kNeck, kNose, kNeckToNose}};
inline constexpr size_t kNumBones = std::size(kBones);
inline constexpr size_t kTorsoBone = 2;
static_assert(kBones[kTorsoBone].bone_class == kTorso);

struct Point {
  double x = 0.0;
  double y = 0.0;
};
inline Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
inline Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
inline Point operator*(double factor, Point a) {
  return {factor * a.x, factor * a.y};
}
inline double Distance(Point a, Point b) {
  return std::hypot(a.x - b.x, a.y - b.y);
}

inline Point PointOf(const Keypoint& keypoint) {
  return {keypoint.x, keypoint.y};
}
// Whether a keypoint can take part in measurements.
inline bool IsSeen(const Keypoint& keypoint, double threshold) {
  return keypoint.confidence > threshold && keypoint.confidence > 0.0 &&
         std::abs(keypoint.x) <= kMaxCoordinate &&
         std::abs(keypoint.y) <= kMaxCoordinate;
}

// The joints of one person in one frame.
struct Skeleton {
  std::array<Point, kNumSkeletonJoints> at;
  std::array<bool, kNumSkeletonJoints> seen{};
};

// Returns the joints of confidence above `threshold`, and the middle of the
// hips where both are seen.
inline Skeleton SkeletonOf(const PersonPose& person, double threshold) {
  Skeleton skeleton;
  for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
    skeleton.at[joint] = PointOf(person.body[joint]);
    skeleton.seen[joint] = IsSeen(person.body[joint], threshold);
  }
  skeleton.at[kMidHip] = 0.5 * (skeleton.at[kRightHip] + skeleton.at[kLeftHip]);
  skeleton.seen[kMidHip] = skeleton.seen[kRightHip] && skeleton.seen[kLeftHip];
  return skeleton;
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_BODY_BONES_H_
