#include "engine/synth/joint_angles.h"

#include <cmath>

namespace animate {
namespace {

constexpr double FromDegrees(double degrees) { return degrees * M_PI / 180.0; }

// Positive leans to the right, or swings what hangs to the left.
Rotation Sideways(double degrees) { return AboutX(FromDegrees(degrees)); }
// Positive swings what hangs ahead, or leans back.
Rotation Forward(double degrees) { return AboutZ(FromDegrees(degrees)); }
Rotation Left(double degrees) { return AboutY(FromDegrees(degrees)); }

}  // namespace

MotionFrame Pose(const JointAngles& a) {
  MotionFrame frame;
  Posture& posture = frame.posture;
  posture.root_position = {a.forward, 0.0, a.right};
  posture.root = Left(a.turn + a.pelvis_turn) * Sideways(a.hips_right);
  posture.chest = Left(a.chest_turn - a.pelvis_turn) *
                  Sideways(a.lean_right - a.hips_right) *
                  Forward(-a.lean_forward);
  posture.neck =
      Left(a.head_turn) * Sideways(a.head_right) * Forward(-a.head_down);
  for (int side = 0; side < 2; ++side) {
    const double out = side == 0 ? -1.0 : 1.0;
    posture.shoulder[side] = Forward(a.arm_forward[side]) *
                             Sideways(out * a.arm_out[side]) *
                             Left(-out * a.arm_twist[side]);
    posture.elbow[side] =
        Sideways(out * a.elbow_out[side]) * Forward(a.elbow[side]);
    posture.hip[side] = Sideways(out * a.leg_out[side] - a.hips_right) *
                        Forward(a.leg_forward[side]);
    posture.knee[side] =
        Sideways(out * a.knee_out[side]) * Forward(-a.knee[side]);
    const Rotation shin = posture.root * posture.hip[side] * posture.knee[side];
    posture.ankle[side] = Inverse(shin) * Left(a.turn) * Forward(-a.heel[side]);
    frame.hand[side] = a.hand[side];
  }
  frame.lift = a.lift;
  frame.face = a.face;
  return frame;
}

}  // namespace animate
