#ifndef ANIMATE_ENGINE_TENSOR_FRAMES_H_
#define ANIMATE_ENGINE_TENSOR_FRAMES_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace animate {

// Moves the frames of [B, C, F, H, W] into the batch: [B*F, C, H, W], the
// frames of one row next to each other. Throws c10::Error for another rank.
at::Tensor FoldFrames(const at::Tensor& video);

// Undoes FoldFrames: [B*F, C, H, W] to [B, C, F, H, W]. Throws c10::Error when
// the rows are not a multiple of `num_frames`.
at::Tensor UnfoldFrames(const at::Tensor& images, int64_t num_frames);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TENSOR_FRAMES_H_
