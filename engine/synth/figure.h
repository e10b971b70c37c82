#ifndef ANIMATE_ENGINE_SYNTH_FIGURE_H_
#define ANIMATE_ENGINE_SYNTH_FIGURE_H_

#include <array>

#include "engine/pose/pose_frame.h"
#include "engine/pose/rotation.h"
#include "engine/synth/motion.h"
#include "engine/synth/proportions.h"

namespace animate {

// A joint: where it is and how what hangs on it is turned.
struct JointFrame {
  Vector3 position;
  Rotation rotation;

  Vector3 At(const Vector3& offset) const {
    return position + Rotate(rotation, offset);
  }
};

// A body in space, in units of its height: x ahead, y up from the ground, z to
// its right; the place where it begins is the origin. Of pairs, index 0 is
// right, 1 is left.
struct Figure {
  JointFrame pelvis;  // between the hip joints
  JointFrame chest;   // between the shoulders
  JointFrame head;    // the middle of the skull
  JointFrame shoulder[2], elbow[2], wrist[2];
  JointFrame hip[2], knee[2], ankle[2];
  // Wrist, then four joints per finger from thumb to little finger.
  std::array<Vector3, kNumHandPoints> hand[2];
  Vector3 big_toe[2], small_toe[2], heel[2];
  FaceExpression face;
  // Where loose things (hair, skirts) lag behind: an offset at their ends.
  Vector3 lag;
};

// Forward kinematics: `frame` done by a body of proportions `body`. Bones keep
// their lengths; the lowest point is as far above the ground as `frame` says.
Figure PlaceFigure(const Proportions& body, const MotionFrame& frame);

// How far the lowest point of a body in this posture is below the middle of its
// hips, in the unit of `body`.
double ReachBelowHips(const Proportions& body, const Posture& posture);

// PlaceFigure for a moment of a motion, with loose parts that lag behind.
Figure PlaceFigure(const Proportions& body, const CharacterMotion& motion,
                   double seconds);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_FIGURE_H_
