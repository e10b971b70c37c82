#ifndef ANIMATE_ENGINE_PIPELINE_IMAGE_TENSOR_H_
#define ANIMATE_ENGINE_PIPELINE_IMAGE_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "engine/animation/image.h"
#include "engine/pipeline/pipeline_options.h"

namespace animate {

// Pictures as the networks see them. All tensors are fp32 on the CPU; every
// value equals the reference's bit by bit.

// Returns the pixels as they are: uint8 [H, W, 3].
at::Tensor PixelTensor(const RgbImage& image);

// Returns what CLIP sees: resized to size x size (bicubic, aspect ratio
// ignored as the reference does), normalised by CLIP's mean and standard
// deviation: [1, 3, size, size].
at::Tensor ClipPixelValues(const RgbImage& image, int size);

// Returns what the VAE encodes: resized to width x height (Lanczos, aspect
// ratio ignored), in [-1, 1]: [1, 3, height, width].
at::Tensor VaeInput(const RgbImage& image, int width, int height);

// Returns what the PoseGuider sees: as VaeInput, but in [0, 1].
at::Tensor PoseGuiderInput(const RgbImage& image, int width, int height);

// The two halves of the above: the resized picture, uint8
// [1, 3, height, width], and what the PoseGuider sees of such pictures
// [N, 3, H, W].
at::Tensor PoseGuiderPixels(const RgbImage& image, int width, int height);
at::Tensor PoseGuiderInput(const at::Tensor& pixels);

// Returns the picture in `frame`: [3, H, W], values in [0, 1] (others are
// clamped), any floating type and device. Bytes are made on the device, so that
// a quarter of the memory crosses to the CPU.
RgbImage FrameImage(const at::Tensor& frame, FrameRounding rounding);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_IMAGE_TENSOR_H_
