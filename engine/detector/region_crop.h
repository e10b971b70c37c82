#ifndef ANIMATE_ENGINE_DETECTOR_REGION_CROP_H_
#define ANIMATE_ENGINE_DETECTOR_REGION_CROP_H_

#include "engine/animation/image.h"
#include "engine/detector/network.h"
#include "engine/detector/region.h"

namespace animate {

enum class CropBorder { kRepeatEdge, kBlack };
enum class ValueRange { kZeroToOne, kMinusOneToOne };

struct CropOptions {
  int side = 0;  // pixels
  CropBorder border = CropBorder::kRepeatEdge;
  ValueRange range = ValueRange::kZeroToOne;
};

// Returns what `region` shows of `image`, side x side pixels, bilinear.
// REQUIRES: IsUsable(region), image not empty, side >= 1.
RgbImage CropPicture(const RgbImage& image, const Region& region,
                     const CropOptions& options);

// `picture` as a network's input: [1, 3, height, width], red first.
NetworkTensor ToInput(const RgbImage& picture, ValueRange range);

// Both.
NetworkTensor CropRegion(const RgbImage& image, const Region& region,
                         const CropOptions& options);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_REGION_CROP_H_
