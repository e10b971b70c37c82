#ifndef ANIMATE_ENGINE_DETECTOR_YOLOX_H_
#define ANIMATE_ENGINE_DETECTOR_YOLOX_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "engine/animation/image.h"
#include "engine/detector/network.h"

namespace animate {

// YOLOX (Ge et al. 2021) as DWPose's onnxdet.py runs it in
// Moore-AnimateAnyone.
inline constexpr int kYoloxSide = 640;
inline constexpr size_t kYoloxCells = 80 * 80 + 40 * 40 + 20 * 20;
inline constexpr size_t kYoloxRow = 85;  // box, objectness, 80 classes

struct YoloxInput {
  NetworkTensor tensor;  // [1, 3, 640, 640], blue first, 0 to 255
  double scale = 1.0;    // network's pixels per pixel of the picture
};

// Fits `image` into the upper left corner, the rest is grey (114).
// REQUIRES: image not empty.
YoloxInput ToYoloxInput(const RgbImage& image);

// A person in the picture, in pixels.
struct YoloxPerson {
  double left = 0.0;
  double top = 0.0;
  double right = 0.0;
  double bottom = 0.0;
  double score = 0.0;
};

// Returns the people of score > 0.3 in `output`, kYoloxCells rows of kYoloxRow,
// best first, without those that overlap a better one by more than 0.45.
std::vector<YoloxPerson> DecodeYolox(absl::Span<const float> output,
                                     double scale);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_YOLOX_H_
