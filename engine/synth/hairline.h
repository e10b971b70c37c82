#ifndef ANIMATE_ENGINE_SYNTH_HAIRLINE_H_
#define ANIMATE_ENGINE_SYNTH_HAIRLINE_H_

#include <algorithm>
#include <cmath>

#include "engine/synth/canvas.h"
#include "engine/synth/character.h"

namespace animate {

// How far a point of the unit sphere (x ahead, y up, z to the person's right)
// is above the edge of the hair, in half heights of the head; negative where
// there is skin.
inline float AboveHairline(const CharacterLook& look, float x, float y,
                           float z) {
  if (look.hair_style == HairStyle::kBald) return -1.0F;
  float front = 0.0F;
  const float az = std::abs(z);
  switch (look.fringe) {
    case Fringe::kStraight:
      front = 0.30F + 0.05F * z * z;
      break;
    case Fringe::kSwept:
      front = 0.36F + 0.26F * z - 0.18F * z * z;
      break;
    case Fringe::kParted:
      front = 0.72F - 0.62F * std::sqrt(az + 0.01F);
      break;
    case Fringe::kHigh:
      front = 0.56F - 0.16F * z * z;
      break;
    case Fringe::kZigzag: {
      const float phase = 2.6F * z + 0.5F;
      const float saw = std::abs(phase - std::floor(phase) - 0.5F);
      front = 0.24F + 0.34F * saw;
      break;
    }
  }
  const bool hanging =
      look.hair_style == HairStyle::kBob || look.hair_style == HairStyle::kLong;
  const float back =
      hanging ? -1.05F : -0.06F - 0.56F * SmoothStep(0.10F, -0.45F, x);
  const float begins = hanging ? 0.46F : 0.40F;
  float turned = SmoothStep(begins + 0.16F, begins - 0.16F, x);
  // What hangs at the sides leaves the chin free.
  if (hanging) {
    turned *=
        std::max(SmoothStep(0.50F, 0.70F, az), SmoothStep(0.1F, -0.2F, x));
  }
  return y - (front + turned * (back - front));
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_HAIRLINE_H_
