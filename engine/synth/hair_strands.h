#ifndef ANIMATE_ENGINE_SYNTH_HAIR_STRANDS_H_
#define ANIMATE_ENGINE_SYNTH_HAIR_STRANDS_H_

#include <vector>

#include "engine/synth/brush.h"
#include "engine/synth/head_view.h"
#include "engine/synth/shapes.h"

namespace animate {

// Hair that stands off the skull, as limbs in the picture, by whether it is
// behind the middle of the head or before it.
struct HairStrands {
  std::vector<Capsule> behind;
  std::vector<Capsule> before;
};

// Places the strands of the character's hair style. What hangs, hangs down
// and lags behind the head's motion.
HairStrands PlaceStrands(const Brush& brush, const HeadView& head);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_HAIR_STRANDS_H_
