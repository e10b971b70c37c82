#ifndef ANIMATE_ENGINE_TRAINING_STAGE_BATCH_H_
#define ANIMATE_ENGINE_TRAINING_STAGE_BATCH_H_

#include <c10/core/Device.h>

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"
#include "engine/dataset/training_clip.h"

namespace animate {

// R clips of F frames as the networks see them: float32 on one device.
struct StageBatch {
  at::Tensor references;    // [R, 3, H, W] in [-1, 1]
  at::Tensor pixel_values;  // [R, 3, size, size]: the references for CLIP
  at::Tensor targets;       // [R*F, 3, H, W] in [-1, 1], row = r*F + f
  at::Tensor poses;         // [R, 3, F, H, W] in [0, 1]
  int64_t clips = 0;        // R
  int64_t frames = 0;       // F
};

struct StageBatchFormat {
  int image_size = 224;   // of the image encoder
  int size_multiple = 8;  // of the VAE
};

// Pictures are taken as they are, in the size they have: no resampling but what
// CLIP wants. INVALID_ARGUMENT, naming the clip's source, for pictures whose
// sides are no multiples of size_multiple, clips that differ in size or number
// of frames, and clips without frames or without a skeleton for each.
absl::StatusOr<StageBatch> MakeStageBatch(
    const std::vector<TrainingClip>& clips, const StageBatchFormat& format,
    c10::Device device);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_STAGE_BATCH_H_
