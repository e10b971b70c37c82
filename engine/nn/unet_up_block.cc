#include "engine/nn/unet_up_block.h"

#include <ATen/ops/cat.h>

namespace animate::nn {

UnetUpBlock::UnetUpBlock(const Scope& scope, const UnetUpBlockConfig& config)
    : path_(scope.path()) {
  const int64_t out_channels = config.layer.out_channels;
  for (int i = 0; i < config.num_layers; ++i) {
    const int64_t hidden = i == 0 ? config.in_channels : out_channels;
    const int64_t skip =
        i == config.num_layers - 1 ? config.last_skip_channels : out_channels;
    layers_.emplace_back(scope, i, hidden + skip, config.layer);
  }
  if (config.upsampler == Upsampler::kPresent) {
    upsampler_.emplace(scope / "upsamplers" / 0, out_channels,
                       config.layer.shortcuts);
  }
}

at::Tensor UnetUpBlock::Forward(const at::Tensor& x,
                                const ForwardContext& context,
                                std::vector<at::Tensor>& skips) const {
  at::Tensor hidden = x;
  for (const UnetLayer& layer : layers_) {
    hidden = at::cat({hidden, skips.back()}, 1);
    skips.pop_back();
    hidden = layer.Forward(hidden, context);
    if (!hidden.defined()) return hidden;
  }
  if (upsampler_.has_value()) {
    const at::Tensor& target = skips.back();
    hidden = upsampler_->Forward(hidden, target.size(2), target.size(3));
  }
  return Tap(context.taps, path_, hidden);
}

}  // namespace animate::nn
