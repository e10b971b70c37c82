#ifndef ANIMATE_ENGINE_SKELETON_FINGER_TRACER_H_
#define ANIMATE_ENGINE_SKELETON_FINGER_TRACER_H_

#include <vector>

#include "absl/types/span.h"
#include "engine/animation/image.h"
#include "engine/pose/body_bones.h"
#include "engine/skeleton/label_map.h"

namespace animate {

// Chooses for each joint of the five fingers one of `places`, so that between
// neighbours the picture has the colour of their bone, or dots that hide it
// (dynamic programming along each finger), and joints are about where
// `expected` has them relative to each other.
//   expected: the 21 points of an open hand, the wrist first.
// Returns 21 points; the wrist, and fingers without places, are as expected.
std::vector<Point> TraceFingers(const RgbImage& image, const LabelMap& map,
                                absl::Span<const Point> expected,
                                absl::Span<const Point> places);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SKELETON_FINGER_TRACER_H_
