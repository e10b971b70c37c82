#ifndef ANIMATE_ENGINE_SKELETON_BODY_REFINER_H_
#define ANIMATE_ENGINE_SKELETON_BODY_REFINER_H_

#include "engine/skeleton/body_reader.h"
#include "engine/skeleton/label_map.h"

namespace animate {

// Moves joints until discs and limbs, drawn again, cover the pixels of their
// labels best. Limbs are drawn from truncated coordinates, so that this finds
// fractions of pixels, too. Joints judged by limbs that explain nothing are
// dropped.
void RefineBody(const LabelMap& map, BodyReading& reading);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SKELETON_BODY_REFINER_H_
