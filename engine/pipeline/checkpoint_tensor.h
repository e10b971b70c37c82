#ifndef ANIMATE_ENGINE_PIPELINE_CHECKPOINT_TENSOR_H_
#define ANIMATE_ENGINE_PIPELINE_CHECKPOINT_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/status.h"
#include "engine/animation/animation_checkpoint.h"

namespace animate {

// Returns a checkpoint of `latents`, fp32 [1, C, F, h, w] on any device, whose
// last completed step is `step`. Throws c10::Error.
AnimationCheckpoint MakeCheckpoint(const at::Tensor& latents, int step,
                                   int windows_per_batch);

// Returns a copy of the latents: fp32 [1, C, F, h, w], on the CPU.
// REQUIRES: CheckResumption was OK.
at::Tensor CheckpointLatents(const AnimationCheckpoint& checkpoint);

// What a resumption must fit.
struct CheckpointShape {
  int num_steps = 0;
  int64_t num_frames = 0;
  int64_t channels = 0;
  int64_t height = 0;  // latent cells
  int64_t width = 0;
};

// FAILED_PRECONDITION, reason BAD_CHECKPOINT, unless `resume` is of an
// animation of this shape, in itself consistent and finite.
absl::Status CheckResumption(const AnimationResumption& resume,
                             const CheckpointShape& shape);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_CHECKPOINT_TENSOR_H_
