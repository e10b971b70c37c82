#ifndef ANIMATE_ENGINE_SYNTH_PROPORTIONS_H_
#define ANIMATE_ENGINE_SYNTH_PROPORTIONS_H_

#include "engine/synth/synth_random.h"

namespace animate {

enum class BodyType { kAdult, kTall, kStocky, kChild, kChibi };

// Lengths and radii of a body, in units of its height from the ground to the
// top of the skull. Left and right are equal.
struct Proportions {
  BodyType type = BodyType::kAdult;
  double head_height = 0.22;  // of the skull, without hair
  double head_width = 0.20;
  double neck = 0.04;   // shoulder line to the underside of the skull
  double torso = 0.28;  // hip line to shoulder line
  double shoulder_half_width = 0.10;
  double hip_half_width = 0.055;
  double upper_arm = 0.15;
  double forearm = 0.14;
  double hand = 0.10;  // wrist to the tip of the middle finger
  double thigh = 0.21;
  double shin = 0.20;
  double ankle_height = 0.05;
  double foot = 0.11;  // heel to toe

  double neck_radius = 0.03;
  double shoulder_radius = 0.036;
  double elbow_radius = 0.030;
  double wrist_radius = 0.024;
  double thigh_radius = 0.052;
  double knee_radius = 0.042;
  double ankle_radius = 0.032;
  double chest_half_width = 0.10;
  double waist_half_width = 0.075;
  double pelvis_half_width = 0.09;
  double depth = 0.7;  // of the torso from front to back, over its width

  constexpr double leg() const { return thigh + shin; }

  // Draws a body type and a body of it. The parts add up to height 1.
  static Proportions Draw(SynthRandom& random);

  // Draws a body of that type.
  static Proportions Draw(BodyType type, SynthRandom& random);
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_PROPORTIONS_H_
