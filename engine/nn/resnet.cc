#include "engine/nn/resnet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/silu.h>

#include "engine/nn/rows.h"

namespace animate::nn {

namespace {

ConvGeometry Geometry(const ExactShortcuts& shortcuts, int64_t kernel_size) {
  return {.kernel_size = kernel_size,
          .padding = kernel_size / 2,
          .channels_last = shortcuts.channels_last};
}

}  // namespace

ResnetBlock2D::ResnetBlock2D(const Scope& scope, const ResnetConfig& config)
    : path_(scope.path()),
      norm1_(scope / "norm1", config.norm_num_groups, config.in_channels,
             config.norm_eps),
      conv1_(scope / "conv1", config.in_channels, config.out_channels,
             Geometry(config.shortcuts, 3)),
      norm2_(scope / "norm2", config.norm_num_groups, config.out_channels,
             config.norm_eps),
      conv2_(scope / "conv2", config.out_channels, config.out_channels,
             Geometry(config.shortcuts, 3)) {
  if (config.temb_channels > 0) {
    time_emb_proj_.emplace(scope / "time_emb_proj", config.temb_channels,
                           config.out_channels);
  }
  if (config.in_channels != config.out_channels) {
    conv_shortcut_.emplace(scope / "conv_shortcut", config.in_channels,
                           config.out_channels, Geometry(config.shortcuts, 1));
  }
}

at::Tensor ResnetBlock2D::Forward(const at::Tensor& x, const at::Tensor& temb,
                                  Taps* taps) const {
  at::Tensor hidden = conv1_.Forward(SiluOf(norm1_.Forward(x)));
  if (time_emb_proj_.has_value()) {
    const at::Tensor shift = time_emb_proj_->Forward(at::silu(temb));
    hidden = hidden + RepeatRows(shift, x.size(0)).unsqueeze(-1).unsqueeze(-1);
  }
  return Finish(x, hidden, taps);
}

at::Tensor ResnetBlock2D::ForwardShifted(const at::Tensor& x,
                                         const at::Tensor& shifted_bias,
                                         Taps* taps) const {
  return Finish(
      x, conv1_.ForwardWithBias(SiluOf(norm1_.Forward(x)), shifted_bias), taps);
}

at::Tensor ResnetBlock2D::ShiftedBias(const at::Tensor& temb) const {
  return time_emb_proj_->Forward(at::silu(temb)) + conv1_.bias;
}

at::Tensor ResnetBlock2D::Finish(const at::Tensor& x, const at::Tensor& hidden,
                                 Taps* taps) const {
  const at::Tensor shortcut =
      conv_shortcut_.has_value() ? conv_shortcut_->Forward(x) : x;
  // A convolution's backward does not read its result: summing in place is safe
  // even where gradients flow.
  const at::Tensor out = conv2_.Forward(SiluOf(norm2_.Forward(hidden)));
  return Tap(taps, path_, out.add_(shortcut));
}

Downsample2D::Downsample2D(const Scope& scope, int64_t channels,
                           int64_t padding, const ExactShortcuts& shortcuts)
    : conv_(scope / "conv", channels, channels,
            ConvGeometry{.stride = 2,
                         .padding = padding,
                         .channels_last = shortcuts.channels_last}) {}

at::Tensor Downsample2D::Forward(const at::Tensor& x) const {
  if (conv_.geometry.padding != 0) return conv_.Forward(x);
  return conv_.Forward(at::constant_pad_nd(x, {0, 1, 0, 1}));
}

}  // namespace animate::nn
