#include "engine/nn/resnet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/upsample_nearest2d.h>

#include "engine/nn/rows.h"

namespace animate::nn {

ResnetBlock2D::ResnetBlock2D(const Scope& scope, const ResnetConfig& config)
    : path_(scope.path()),
      norm1_(scope / "norm1", config.norm_num_groups, config.in_channels,
             config.norm_eps),
      conv1_(scope / "conv1", config.in_channels, config.out_channels),
      norm2_(scope / "norm2", config.norm_num_groups, config.out_channels,
             config.norm_eps),
      conv2_(scope / "conv2", config.out_channels, config.out_channels) {
  if (config.temb_channels > 0) {
    time_emb_proj_.emplace(scope / "time_emb_proj", config.temb_channels,
                           config.out_channels);
  }
  if (config.in_channels != config.out_channels) {
    conv_shortcut_.emplace(scope / "conv_shortcut", config.in_channels,
                           config.out_channels,
                           ConvGeometry{.kernel_size = 1, .padding = 0});
  }
}

at::Tensor ResnetBlock2D::Forward(const at::Tensor& x, const at::Tensor& temb,
                                  Taps* taps) const {
  at::Tensor hidden = conv1_.Forward(at::silu(norm1_.Forward(x)));
  if (time_emb_proj_.has_value()) {
    const at::Tensor shift = time_emb_proj_->Forward(at::silu(temb));
    hidden = hidden + RepeatRows(shift, x.size(0)).unsqueeze(-1).unsqueeze(-1);
  }
  hidden = conv2_.Forward(at::silu(norm2_.Forward(hidden)));
  const at::Tensor shortcut =
      conv_shortcut_.has_value() ? conv_shortcut_->Forward(x) : x;
  return Tap(taps, path_, shortcut + hidden);
}

Downsample2D::Downsample2D(const Scope& scope, int64_t channels,
                           int64_t padding)
    : conv_(scope / "conv", channels, channels,
            ConvGeometry{.stride = 2, .padding = padding}) {}

at::Tensor Downsample2D::Forward(const at::Tensor& x) const {
  if (conv_.geometry.padding != 0) return conv_.Forward(x);
  return conv_.Forward(at::constant_pad_nd(x, {0, 1, 0, 1}));
}

Upsample2D::Upsample2D(const Scope& scope, int64_t channels)
    : conv_(scope / "conv", channels, channels) {}

at::Tensor Upsample2D::Forward(const at::Tensor& x) const {
  return Forward(x, 2 * x.size(2), 2 * x.size(3));
}

at::Tensor Upsample2D::Forward(const at::Tensor& x, int64_t height,
                               int64_t width) const {
  return conv_.Forward(at::upsample_nearest2d(x, {height, width}));
}

}  // namespace animate::nn
