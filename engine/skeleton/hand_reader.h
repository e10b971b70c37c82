#ifndef ANIMATE_ENGINE_SKELETON_HAND_READER_H_
#define ANIMATE_ENGINE_SKELETON_HAND_READER_H_

#include <array>

#include "engine/animation/image.h"
#include "engine/pose/pose_frame.h"
#include "engine/skeleton/body_reader.h"
#include "engine/skeleton/label_map.h"

namespace animate {

using HandPoints = std::array<Keypoint, kNumHandPoints>;

struct HandsReading {
  HandPoints left;
  HandPoints right;
};

// Finds the blue dots of both hands: those near a wrist belong to it. An open
// hand is laid out from the wrist, its fingers where bones of their colours are
// seen, or else the hand of the frame before; then its points are moved onto
// dots, and those that the picture does not show are dropped.
//   image: in RGB order; map: its labels.
//   before: of the frame before; may be null.
HandsReading ReadHands(const RgbImage& image, const LabelMap& map,
                       const BodyReading& body, const HandsReading* before);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SKELETON_HAND_READER_H_
