#ifndef ANIMATE_TOOLS_MOCAP_HUMANOID_H_
#define ANIMATE_TOOLS_MOCAP_HUMANOID_H_

#include <array>

#include "engine/pose/pose_frame.h"
#include "engine/synth/posture.h"

namespace animate {

// The 18 keypoints of a posture in space. `facing` is the direction in which
// a keypoint of the head can be seen (zero for joints of the body, which can be
// seen from everywhere).
struct SpatialPose {
  std::array<Vector3, kNumBodyJoints> position;
  std::array<Vector3, kNumBodyJoints> facing;
};

// Places DeepMimic's humanoid (1.6 m tall) in `posture`: forward kinematics
// with its bone lengths. The clips say nothing about faces: nose, eyes and ears
// sit on a head of average size.
SpatialPose PlaceHumanoid(const Posture& posture);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MOCAP_HUMANOID_H_
