#ifndef ANIMATE_ENGINE_POSE_BVH_POSES_H_
#define ANIMATE_ENGINE_POSE_BVH_POSES_H_

#include <array>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/pose/bvh.h"
#include "engine/pose/pose_sequence.h"
#include "engine/pose/rotation.h"

namespace animate {

// How motion in space becomes a picture.
struct BvhCamera {
  // How far the character is turned from facing the camera in the first frame,
  // degrees: at 90 it faces the left of the picture.
  double yaw_degrees = 0.0;
  int width = 512;       // pixels
  int height = 768;      // pixels
  double margin = 0.08;  // free part of the picture on each side, [0, 0.4]
  double fps = 0.0;  // rate to sample at; 0, or above the clip's: the clip's
};

// Projects a clip in parallel, by a camera that stands still and is so placed
// that the whole motion fits; the lowest point touches the lower margin. Joints
// are found by their names (Mixamo, CMU, Rokoko, Daz, Blender, Biped, SMPL
// and alike), up is the axis along which the rest pose is tallest, its
// front is judged by its shoulders. Gives body and big toes; nose, eyes and
// ears sit on a head of average shape and are missing where it looks away.
// Returns INVALID_ARGUMENT when arms or legs are not found (with the names the
// file has), or the result is no valid sequence.
absl::StatusOr<PoseSequence> ProjectBvh(const BvhClip& clip,
                                        const BvhCamera& camera);

// A clip's body in space at one moment, in the clip's unit: x ahead of where
// the shoulders face in the first frame, y up, z to the body's right.
struct BvhBody {
  // Neck and shoulders to ankles; the points of the head are zero.
  std::array<Vector3, kNumBodyJoints> joint;
  Vector3 head_up;                // unit
  Vector3 head_front;             // unit
  std::optional<Vector3> toe[2];  // right, left
};

// Returns the body in up to kMaxPoseFrames frames, at the clip's rate. Joints
// are found, and errors are, as ProjectBvh has them.
absl::StatusOr<std::vector<BvhBody>> PlaceBvhBodies(const BvhClip& clip);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_BVH_POSES_H_
