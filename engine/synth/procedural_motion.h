#ifndef ANIMATE_ENGINE_SYNTH_PROCEDURAL_MOTION_H_
#define ANIMATE_ENGINE_SYNTH_PROCEDURAL_MOTION_H_

#include <functional>

#include "absl/strings/string_view.h"
#include "engine/synth/joint_angles.h"
#include "engine/synth/synth_random.h"

namespace animate {

// A motion as a formula over seconds; repeats after `period`.
struct ProceduralMotion {
  std::function<JointAngles(double)> at;
  double period = 1.0;
  double yaw_degrees = 0.0;
};

// A family of motions, one of which `make` draws.
struct MotionFamily {
  absl::string_view name;
  bool planar;  // see CharacterMotion::planar
  ProceduralMotion (*make)(SynthRandom& random);
};

// The bearing that motions start from and that references show.
JointAngles NeutralAngles();

// In the plane of the picture.
ProceduralMotion MakeDance(SynthRandom& random);
ProceduralMotion MakeJumpingJack(SynthRandom& random);
ProceduralMotion MakeRandom(SynthRandom& random);
ProceduralMotion MakeSway(SynthRandom& random);
ProceduralMotion MakeWave(SynthRandom& random);

// In space.
ProceduralMotion MakeBow(SynthRandom& random);
ProceduralMotion MakeBox(SynthRandom& random);
ProceduralMotion MakeClap(SynthRandom& random);
ProceduralMotion MakeIdle(SynthRandom& random);
ProceduralMotion MakeJump(SynthRandom& random);
ProceduralMotion MakeKick(SynthRandom& random);
ProceduralMotion MakeRun(SynthRandom& random);
ProceduralMotion MakeSquat(SynthRandom& random);
ProceduralMotion MakeTurn(SynthRandom& random);
ProceduralMotion MakeWalk(SynthRandom& random);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_PROCEDURAL_MOTION_H_
