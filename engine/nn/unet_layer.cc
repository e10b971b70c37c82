#include "engine/nn/unet_layer.h"

namespace animate::nn {

UnetLayer::UnetLayer(const Scope& block, int index, int64_t in_channels,
                     const UnetLayerConfig& config)
    : resnet_(block / "resnets" / index, config.Resnet(in_channels)) {
  if (config.attention.has_value()) {
    attention_.emplace(block / "attentions" / index, config.out_channels,
                       *config.attention);
  }
  if (config.motion.has_value()) {
    motion_module_.emplace(block / "motion_modules" / index,
                           config.out_channels, *config.motion);
  }
}

at::Tensor UnetLayer::Forward(const at::Tensor& x,
                              const ForwardContext& context) const {
  at::Tensor hidden = resnet_.Forward(x, context.temb, context.taps);
  if (attention_.has_value()) hidden = attention_->Forward(hidden, context);
  if (motion_module_.has_value()) {
    hidden = motion_module_->Forward(hidden, context.num_frames, context.taps);
  }
  return hidden;
}

}  // namespace animate::nn
