#ifndef ANIMATE_ENGINE_SKELETON_LABEL_MAP_H_
#define ANIMATE_ENGINE_SKELETON_LABEL_MAP_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/animation/image.h"
#include "engine/media/pose_drawing_style.h"

namespace animate {

// What a pixel of a drawn skeleton belongs to, by the nearest colour of the
// drawing. Bones of hands share colours with joints, dots of hands that of the
// left knee.
using PixelLabel = uint8_t;
inline constexpr PixelLabel kBlackLabel = 0;
inline constexpr PixelLabel kWhiteLabel = 1;
inline constexpr PixelLabel kFirstLimbLabel = 2;
inline constexpr PixelLabel kFirstJointLabel = 32;

constexpr PixelLabel LimbLabel(size_t limb) {
  return static_cast<PixelLabel>(kFirstLimbLabel + limb);
}
constexpr PixelLabel JointLabel(size_t joint) {
  return static_cast<PixelLabel>(kFirstJointLabel + joint);
}
inline constexpr PixelLabel kHandDotLabel = JointLabel(kLeftKnee);
static_assert(kBodyColors[kLeftKnee] == kHandDotColor);

constexpr bool IsLimbLabel(PixelLabel label) {
  return label >= kFirstLimbLabel && label < kFirstJointLabel;
}
constexpr bool IsJointLabel(PixelLabel label) {
  return label >= kFirstJointLabel;
}

// The labels of a picture.
struct LabelMap {
  int width = 0;
  int height = 0;
  std::vector<PixelLabel> labels;  // rows from the top
  // Parts of the pixels, [0, 1]: that are black; of the others, those whose
  // colour is far from any of a drawing.
  double black = 0.0;
  double foreign = 0.0;

  bool Contains(int x, int y) const {
    return x >= 0 && y >= 0 && x < width && y < height;
  }
  // REQUIRES: Contains(x, y).
  PixelLabel at(int x, int y) const {
    return labels[static_cast<size_t>(y) * static_cast<size_t>(width) +
                  static_cast<size_t>(x)];
  }
};

// Labels each pixel; with `swapped`, red and blue are exchanged first.
// REQUIRES: `image` is not empty.
LabelMap LabelPixels(const RgbImage& image, bool swapped);

// Whether most of a picture is black and most of the rest has colours of a
// drawing: a photo is not.
bool LooksDrawn(const LabelMap& map);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SKELETON_LABEL_MAP_H_
