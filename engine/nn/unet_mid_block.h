#ifndef ANIMATE_ENGINE_NN_UNET_MID_BLOCK_H_
#define ANIMATE_ENGINE_NN_UNET_MID_BLOCK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/nn/forward_context.h"
#include "engine/nn/motion_module.h"
#include "engine/nn/resnet.h"
#include "engine/nn/transformer_2d.h"
#include "engine/nn/unet_layer.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

// resnets.0, attentions.0, motion_modules.0 (if any), resnets.1, all of one
// width. Matches diffusers' UNetMidBlock2DCrossAttn. Immutable.
class UnetMidBlock {
 public:
  // `config.attention` must be set.
  UnetMidBlock(const Scope& scope, const UnetLayerConfig& config);

  // x: [B*F, out_channels, h, w], same shape back.
  at::Tensor Forward(const at::Tensor& x, const ForwardContext& context) const;

  const UnetLayer& layer() const { return layer_; }
  const ResnetBlock2D& last_resnet() const { return last_resnet_; }

 private:
  std::string path_;
  UnetLayer layer_;
  ResnetBlock2D last_resnet_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_UNET_MID_BLOCK_H_
