#ifndef ANIMATE_TESTS_UNIT_ENGINE_SKELETON_DRAWN_PERSON_H_
#define ANIMATE_TESTS_UNIT_ENGINE_SKELETON_DRAWN_PERSON_H_

#include "engine/animation/image.h"
#include "engine/pose/pose_frame.h"

namespace animate {

inline constexpr int kDrawnWidth = 512;
inline constexpr int kDrawnHeight = 768;

// Somebody who stands and waves: body only, hands and face apart. Nothing is
// hidden by anything else.
PersonPose DrawnBody();
// The same with a face of 68 points.
PersonPose DrawnFace();
// The same with two open hands.
PersonPose DrawnHands();

// All in a picture of kDrawnWidth x kDrawnHeight.
RgbImage Drawing(const PersonPose& person);

// With red and blue exchanged.
RgbImage Swapped(RgbImage image);

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_SKELETON_DRAWN_PERSON_H_
