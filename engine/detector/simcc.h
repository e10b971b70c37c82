#ifndef ANIMATE_ENGINE_DETECTOR_SIMCC_H_
#define ANIMATE_ENGINE_DETECTOR_SIMCC_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "engine/animation/image.h"
#include "engine/detector/network.h"
#include "engine/detector/region.h"
#include "engine/pose/pose_frame.h"

namespace animate {

// RTMPose (Jiang et al. 2023) with DWPose's weights as onnxpose.py runs it in
// Moore-AnimateAnyone.
inline constexpr int kSimccWidth = 288;  // of the input
inline constexpr int kSimccHeight = 384;
inline constexpr size_t kSimccKeypoints = 133;  // COCO-WholeBody
inline constexpr size_t kSimccColumns = 576;    // two per pixel
inline constexpr size_t kSimccRows = 768;

// Returns what the network looks at for a person in `box`: a quarter larger, in
// the shape of the input.
Region SimccRegion(const Region& box);

// Returns that part of `image`, normalised: [1, 3, 384, 288]. Blue comes first,
// with red's mean: the reference does it so, and poses that the pose guider was
// trained on came out of it. REQUIRES: image not empty, IsUsable(region).
NetworkTensor ToSimccInput(const RgbImage& image, const Region& region);

// Returns the keypoints in COCO-WholeBody's order, in pixels of the picture.
// Confidence is the lower of the two maxima; points of confidence <= 0 are
// missing.
//   columns: [133, 576], rows: [133, 768].
std::vector<Keypoint> DecodeSimcc(absl::Span<const float> columns,
                                  absl::Span<const float> rows,
                                  const Region& region);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_SIMCC_H_
