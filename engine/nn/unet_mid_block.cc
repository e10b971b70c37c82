#include "engine/nn/unet_mid_block.h"

namespace animate::nn {

UnetMidBlock::UnetMidBlock(const Scope& scope, const UnetLayerConfig& config)
    : path_(scope.path()),
      layer_(scope, 0, config.out_channels, config),
      last_resnet_(scope / "resnets" / 1, config.Resnet(config.out_channels)) {}

at::Tensor UnetMidBlock::Forward(const at::Tensor& x,
                                 const ForwardContext& context) const {
  at::Tensor hidden = layer_.Forward(x, context);
  if (!hidden.defined()) return hidden;
  return Tap(context.taps, path_, ForwardResnet(last_resnet_, hidden, context));
}

}  // namespace animate::nn
