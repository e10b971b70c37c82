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
  const at::Tensor hidden = ForwardFrames(x, context);
  return hidden.defined() ? ForwardMotion(hidden, context) : hidden;
}

at::Tensor UnetLayer::ForwardFrames(const at::Tensor& x,
                                    const ForwardContext& context) const {
  const at::Tensor hidden = ForwardResnet(resnet_, x, context);
  if (attention_.has_value()) return attention_->Forward(hidden, context);
  if (!context.one_row_for_all) return hidden;
  return hidden.repeat({context.encoder_hidden_states.size(0), 1, 1, 1});
}

at::Tensor UnetLayer::ForwardMotion(const at::Tensor& x,
                                    const ForwardContext& context) const {
  if (!motion_module_.has_value()) return x;
  return motion_module_->Forward(x, context.num_frames, context.taps);
}

at::Tensor ForwardResnet(const ResnetBlock2D& resnet, const at::Tensor& x,
                         const ForwardContext& context) {
  if (context.time_shifts != nullptr) {
    const auto found = context.time_shifts->find(resnet.path());
    if (found != context.time_shifts->end()) {
      return resnet.ForwardShifted(x, found->second, context.taps);
    }
  }
  return resnet.Forward(x, context.temb, context.taps);
}

}  // namespace animate::nn
