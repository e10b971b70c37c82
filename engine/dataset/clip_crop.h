#ifndef ANIMATE_ENGINE_DATASET_CLIP_CROP_H_
#define ANIMATE_ENGINE_DATASET_CLIP_CROP_H_

#include "absl/status/status.h"
#include "engine/animation/image.h"
#include "engine/pose/pose_frame.h"
#include "engine/raster/pillow_resize.h"
#include "engine/synth/synth_random.h"

namespace animate {

enum class CropMode {
  // torchvision's RandomResizedCrop, as the public implementation trains.
  kRandomResized,
  kCenter,  // the largest part in the middle that has the format's shape
  kPad,     // all of it, and black around
};

struct ClipCropOptions {
  CropMode mode = CropMode::kRandomResized;
  // Of kRandomResized: area of the part, (0, 1], and its aspect (width by
  // height) as a multiple of the format's, [0.1, 10]. Away from 1 people become
  // thinner or fatter. Public: scale 0.9 to 1 in stage 1, 1 in stage 2, ratio
  // 0.9 to 1 in both, of square formats.
  double min_scale = 0.9;
  double max_scale = 1.0;
  double min_ratio = 0.9;
  double max_ratio = 1.0;
  ResampleFilter filter = ResampleFilter::kBilinear;
};

// INVALID_ARGUMENT with the option's name.
absl::Status CheckCropOptions(const ClipCropOptions& options);

// Which part of the pictures of a clip becomes which part of a format. The part
// is in relative coordinates, so that it is the same part of the video and of
// its drawn poses, which usually have another size (and, rounded to multiples
// of 64, another shape).
struct ClipCrop {
  // In parts of the picture's width and height, within [0, 1].
  double left = 0.0;
  double top = 0.0;
  double right = 1.0;
  double bottom = 1.0;
  // Where it goes; the rest of the format stays black.
  int place_left = 0;
  int place_top = 0;
  int place_width = 0;
  int place_height = 0;
};

struct PictureSize {
  int width = 0;
  int height = 0;
};

// Chooses for pictures of size `picture`. Draws from `random` for
// kRandomResized only. REQUIRES: sides > 0, valid options.
ClipCrop ChooseCrop(const ClipCropOptions& options, const PictureSize& picture,
                    const PictureSize& format, SynthRandom& random);

// Returns the part of `image`, of any size, as a picture of the format.
RgbImage CropPicture(const RgbImage& image, const ClipCrop& crop,
                     const PictureSize& format, ResampleFilter filter);

// The same with keypoints on a canvas of that size: where they are in pixels of
// the format.
PersonPose CropPose(PersonPose person, const PictureSize& canvas,
                    const ClipCrop& crop);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_CLIP_CROP_H_
