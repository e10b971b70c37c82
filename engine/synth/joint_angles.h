#ifndef ANIMATE_ENGINE_SYNTH_JOINT_ANGLES_H_
#define ANIMATE_ENGINE_SYNTH_JOINT_ANGLES_H_

#include "engine/synth/motion.h"

namespace animate {

// A posture in the words of formulas: all angles in degrees, zero is standing
// to attention. "Out" is away from the body in the plane of a picture from
// ahead, "forward" in the plane of one from the side. Index 0 is right.
struct JointAngles {
  double arm_out[2] = {0.0, 0.0};
  double arm_forward[2] = {0.0, 0.0};
  double arm_twist[2] = {0.0, 0.0};  // upper arm about itself, inward
  double elbow_out[2] = {0.0, 0.0};
  double elbow[2] = {0.0, 0.0};  // flexed
  double leg_out[2] = {0.0, 0.0};
  double leg_forward[2] = {0.0, 0.0};
  double knee_out[2] = {0.0, 0.0};
  double knee[2] = {0.0, 0.0};  // flexed
  double heel[2] = {0.0, 0.0};  // lifted from the ground
  double turn = 0.0;            // the whole body, to its left
  double pelvis_turn = 0.0;
  double chest_turn = 0.0;
  double lean_right = 0.0;
  double lean_forward = 0.0;
  double hips_right = 0.0;  // pelvis tilted
  double head_right = 0.0;
  double head_down = 0.0;
  double head_turn = 0.0;  // to the left
  // In lengths of the leg.
  double forward = 0.0;
  double right = 0.0;
  double lift = 0.0;
  HandShape hand[2];
  FaceExpression face;
};

// Turns angles into a posture. Feet are parallel to the ground but for `heel`.
MotionFrame Pose(const JointAngles& angles);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_JOINT_ANGLES_H_
