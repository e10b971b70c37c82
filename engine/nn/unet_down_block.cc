#include "engine/nn/unet_down_block.h"

#include <cstddef>

namespace animate::nn {

UnetDownBlock::UnetDownBlock(const Scope& scope,
                             const UnetDownBlockConfig& config)
    : path_(scope.path()) {
  const int64_t out_channels = config.layer.out_channels;
  for (int i = 0; i < config.num_layers; ++i) {
    layers_.emplace_back(scope, i, i == 0 ? config.in_channels : out_channels,
                         config.layer);
  }
  if (config.downsample_padding.has_value()) {
    downsampler_.emplace(scope / "downsamplers" / 0, out_channels,
                         *config.downsample_padding, config.layer.shortcuts);
  }
}

at::Tensor UnetDownBlock::Forward(const at::Tensor& x,
                                  const ForwardContext& context,
                                  std::vector<at::Tensor>& skips) const {
  return ForwardRest(ForwardFrames(x, context), context, skips);
}

at::Tensor UnetDownBlock::ForwardFrames(const at::Tensor& x,
                                        const ForwardContext& context) const {
  return layers_.front().ForwardFrames(x, context);
}

at::Tensor UnetDownBlock::ForwardRest(const at::Tensor& front,
                                      const ForwardContext& context,
                                      std::vector<at::Tensor>& skips) const {
  at::Tensor hidden = front;
  for (size_t i = 0; i < layers_.size(); ++i) {
    hidden = i == 0 ? layers_[i].ForwardMotion(hidden, context)
                    : layers_[i].Forward(hidden, context);
    skips.push_back(hidden);
  }
  if (downsampler_.has_value()) {
    hidden = downsampler_->Forward(hidden);
    skips.push_back(hidden);
  }
  return Tap(context.taps, path_, hidden);
}

}  // namespace animate::nn
