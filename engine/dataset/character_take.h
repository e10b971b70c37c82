#ifndef ANIMATE_ENGINE_DATASET_CHARACTER_TAKE_H_
#define ANIMATE_ENGINE_DATASET_CHARACTER_TAKE_H_

#include <vector>

#include "absl/types/span.h"
#include "engine/synth/character.h"
#include "engine/synth/figure.h"
#include "engine/synth/motion.h"
#include "engine/synth/view.h"

namespace animate {

// A stretch of a motion.
struct MotionWindow {
  CharacterMotion motion;
  double start = 0.0;  // seconds
};

struct TakeOptions {
  int width = 96;    // pixels
  int height = 144;  // pixels
  int frames = 24;   // of each window, > 0
  double fps = 24.0;
};

// A character in several motions, all before one camera: of the same size and
// on the same ground in every picture, as are the frames of a clip and their
// reference. With one window at 0 s it is what ClipSynthesizer makes.
struct CharacterTake {
  Figure neutral;  // facing the camera
  // options.frames of each window, one window after the other.
  std::vector<Figure> figures;
  View view;
  // Whether the character is large enough to be seen.
  bool visible = false;
};

// REQUIRES: windows is not empty.
CharacterTake PlaceTake(const Character& character,
                        absl::Span<const MotionWindow> windows,
                        const TakeOptions& options);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_CHARACTER_TAKE_H_
