#ifndef ANIMATE_ENGINE_SYNTH_SCENE_H_
#define ANIMATE_ENGINE_SYNTH_SCENE_H_

#include <cstdint>

#include "engine/animation/image.h"
#include "engine/synth/character.h"
#include "engine/synth/color.h"

namespace animate {

enum class Backdrop {
  kPlain,
  kGradient,  // from top to bottom
  kWallAndFloor,
  kSpot,  // lighter in the middle
};

// What is behind a character.
struct Scene {
  Backdrop backdrop = Backdrop::kPlain;
  Color top;
  Color bottom;
  double horizon = 0.8;  // of the picture's height, kWallAndFloor
  bool shadow = true;    // on the ground

  // Draws colours that set off the character's clothes, hair and skin.
  static Scene ForCharacter(const Character& character, uint64_t seed);
};

// Paints the scene without character and shadow. REQUIRES: both sides > 0.
RgbImage PaintBackdrop(const Scene& scene, int width, int height);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_SCENE_H_
