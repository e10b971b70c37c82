#ifndef ANIMATE_ENGINE_NN_UPSAMPLE_H_
#define ANIMATE_ENGINE_NN_UPSAMPLE_H_

#include <array>
#include <cstdint>

#include <ATen/core/Tensor.h>

#include "engine/nn/exact_shortcuts.h"
#include "engine/nn/layers.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

// Enlarges by nearest neighbour, then a 3x3 convolution. Matches diffusers'
// Upsample2D. Immutable; safe to share.
//
// With shortcuts.subpixel_upsampling nothing is enlarged before it is
// convolved. An output pixel reads 3x3 pixels of the enlarged picture, which
// are only 2x2 different ones of the small picture; which weights share a pixel
// depends on whether row and column of the output are even or odd. So four 2x2
// convolutions with summed weights, one for each parity, give the result for
// 4/9 of the work.
class Upsample2D {
 public:
  Upsample2D(const Scope& scope, int64_t channels,
             const ExactShortcuts& shortcuts = {});

  // x: [R, C, h, w] -> [R, C, height, width]; twice the size when not given.
  // A UNet gives the size of the skip connection that follows, which differs
  // from twice where an odd side had been halved.
  at::Tensor Forward(const at::Tensor& x) const;
  at::Tensor Forward(const at::Tensor& x, int64_t height, int64_t width) const;

 private:
  // For targets of 2n or 2n-1 from n along each side.
  at::Tensor ForwardSubpixel(const at::Tensor& x, int64_t height,
                             int64_t width) const;

  Conv2d conv_;
  // By 2 * (row parity) + (column parity): [C, C, 2, 2]; undefined without the
  // shortcut.
  std::array<at::Tensor, 4> phases_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_UPSAMPLE_H_
