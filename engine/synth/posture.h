#ifndef ANIMATE_ENGINE_SYNTH_POSTURE_H_
#define ANIMATE_ENGINE_SYNTH_POSTURE_H_

#include "engine/pose/rotation.h"

namespace animate {

// The character's posture at one moment: where its root is and how each joint
// is turned relative to its parent.
struct Posture {
  Vector3 root_position;  // metres in motion capture
  Rotation root;
  Rotation chest;
  Rotation neck;
  // Index 0 is right, 1 is left.
  Rotation hip[2];
  Rotation knee[2];
  Rotation ankle[2];
  Rotation shoulder[2];
  Rotation elbow[2];
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_POSTURE_H_
