#ifndef ANIMATE_ENGINE_TRAINING_VAE_CROPS_H_
#define ANIMATE_ENGINE_TRAINING_VAE_CROPS_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "engine/dataset/training_clip.h"

namespace animate {

// The part of one picture of a clip that is trained on.
struct VaeCrop {
  size_t picture = 0;  // in PicturesOf
  int x = 0;           // pixels of the upper left corner
  int y = 0;
  int width = 0;
  int height = 0;

  friend bool operator==(const VaeCrop&, const VaeCrop&) = default;
};

struct VaeCropOptions {
  int width = 0;  // pixels; 0: the picture's
  int height = 0;
  int count = 1;
  int grid = 1;  // corners lie at multiples of it
  // Each crop is the one with most contrast among so many, >= 1: most of a
  // picture is background that is learnt soon.
  int candidates = 1;
};

// Which pictures are drawn from.
enum class CropPictures { kAll, kFrames };

// The pictures of `clip`: its reference, when it has one, and its frames.
std::vector<const RgbImage*> PicturesOf(const TrainingClip& clip);

// Draws options.count crops by the seed of `clip`, each from any picture.
// REQUIRES: CheckPictures(clip, options).
std::vector<VaeCrop> DrawCrops(const TrainingClip& clip,
                               const VaeCropOptions& options,
                               CropPictures pictures = CropPictures::kAll);

// INVALID_ARGUMENT unless all pictures of `clip`, at least one frame, have one
// size that is a multiple of `factor` pixels and at least that of the crops.
absl::Status CheckPictures(const TrainingClip& clip,
                           const VaeCropOptions& options, int64_t factor);

// Returns the pixels in [-1, 1]: float32 [1, 3, crop.height, crop.width] on the
// CPU.
at::Tensor CropTensor(const RgbImage& picture, const VaeCrop& crop);

// Returns the whole picture as CropTensor does.
at::Tensor PictureTensor(const RgbImage& picture);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_VAE_CROPS_H_
