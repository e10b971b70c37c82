#include "engine/nn/upsample.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/upsample_nearest2d.h>

namespace animate::nn {
namespace {

// Sums the three taps along `dim` that read the same small pixel. Even output
// rows 2i read i-1, i, i; odd ones 2i+1 read i, i, i+1.
at::Tensor SumTaps(const at::Tensor& weight, int64_t dim, int64_t parity) {
  const at::Tensor first = weight.narrow(dim, 0, 1);
  const at::Tensor middle = weight.narrow(dim, 1, 1);
  const at::Tensor last = weight.narrow(dim, 2, 1);
  return parity == 0 ? at::cat({first, middle + last}, dim)
                     : at::cat({first + middle, last}, dim);
}

at::Tensor PhaseWeight(const at::Tensor& weight, int64_t row, int64_t column,
                       bool channels_last) {
  const at::Tensor summed =
      SumTaps(SumTaps(weight.to(at::kFloat), 2, row), 3, column)
          .to(weight.scalar_type());
  return channels_last ? summed.contiguous(at::MemoryFormat::ChannelsLast)
                       : summed;
}

// Every second row or column of a picture, from `parity` on.
at::Tensor Interleaved(const at::Tensor& picture, int64_t dim, int64_t parity) {
  return picture.slice(dim, parity, picture.size(dim), 2);
}

bool IsTwice(int64_t target, int64_t side) {
  return target == 2 * side || target == 2 * side - 1;
}

}  // namespace

Upsample2D::Upsample2D(const Scope& scope, int64_t channels,
                       const ExactShortcuts& shortcuts)
    : conv_(scope / "conv", channels, channels,
            // With the shortcut the weight itself serves odd borders only.
            ConvGeometry{.channels_last = shortcuts.channels_last &&
                                          !shortcuts.subpixel_upsampling}) {
  if (!shortcuts.subpixel_upsampling || conv_.weight.requires_grad()) return;
  for (int64_t phase = 0; phase < 4; ++phase) {
    phases_[static_cast<size_t>(phase)] = PhaseWeight(
        conv_.weight, phase / 2, phase % 2, shortcuts.channels_last);
  }
}

at::Tensor Upsample2D::Forward(const at::Tensor& x) const {
  return Forward(x, 2 * x.size(2), 2 * x.size(3));
}

at::Tensor Upsample2D::Forward(const at::Tensor& x, int64_t height,
                               int64_t width) const {
  if (phases_[0].defined() && !NeedsGradient(x) && IsTwice(height, x.size(2)) &&
      IsTwice(width, x.size(3))) {
    return ForwardSubpixel(x, height, width);
  }
  return conv_.Forward(at::upsample_nearest2d(x, {height, width}));
}

at::Tensor Upsample2D::ForwardSubpixel(const at::Tensor& x, int64_t height,
                                       int64_t width) const {
  at::Tensor out =
      at::empty({x.size(0), x.size(1), height, width},
                x.options().memory_format(x.suggest_memory_format()));
  const at::Tensor padded = at::constant_pad_nd(x, {1, 1, 1, 1});
  for (int64_t phase = 0; phase < 4; ++phase) {
    const int64_t row = phase / 2;
    const int64_t column = phase % 2;
    const at::Tensor target = Interleaved(Interleaved(out, 2, row), 3, column);
    if (target.numel() == 0) continue;
    // Even pixels begin one small pixel earlier than odd ones.
    const at::Tensor window = padded.narrow(2, row, target.size(2) + 1)
                                  .narrow(3, column, target.size(3) + 1);
    target.copy_(
        at::conv2d(window, phases_[static_cast<size_t>(phase)], conv_.bias));
  }
  // At an odd border the last pixel has one neighbour only: what would be its
  // second is beyond the target, where the convolution reads zero.
  if (height % 2 == 1) {
    const at::Tensor last = padded.narrow(2, x.size(2) - 1, 2);
    const at::Tensor wide = at::constant_pad_nd(last.narrow(3, 1, x.size(3))
                                                    .repeat_interleave(2, 3)
                                                    .narrow(3, 0, width),
                                                {1, 1});
    out.narrow(2, height - 1, 1)
        .copy_(at::conv2d(wide, conv_.weight.narrow(2, 0, 2), conv_.bias));
  }
  if (width % 2 == 1) {
    const at::Tensor last = padded.narrow(3, x.size(3) - 1, 2);
    const at::Tensor tall = at::constant_pad_nd(last.narrow(2, 1, x.size(2))
                                                    .repeat_interleave(2, 2)
                                                    .narrow(2, 0, height),
                                                {0, 0, 1, 1});
    out.narrow(3, width - 1, 1)
        .copy_(at::conv2d(tall, conv_.weight.narrow(3, 0, 2), conv_.bias));
  }
  return out;
}

}  // namespace animate::nn
