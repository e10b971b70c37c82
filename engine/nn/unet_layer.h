#ifndef ANIMATE_ENGINE_NN_UNET_LAYER_H_
#define ANIMATE_ENGINE_NN_UNET_LAYER_H_

#include <cstdint>
#include <optional>

#include <ATen/core/Tensor.h>

#include "engine/nn/forward_context.h"
#include "engine/nn/motion_module.h"
#include "engine/nn/resnet.h"
#include "engine/nn/transformer_2d.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

// What the layers of one block have in common.
struct UnetLayerConfig {
  int64_t out_channels;
  int64_t temb_channels;
  int64_t norm_num_groups = 32;
  double norm_eps = 1e-5;
  std::optional<Transformer2DConfig> attention;  // none: "DownBlock2D"
  std::optional<MotionModuleConfig> motion;      // none: frames never meet

  ResnetConfig Resnet(int64_t in_channels) const {
    return {.in_channels = in_channels,
            .out_channels = out_channels,
            .temb_channels = temb_channels,
            .norm_num_groups = norm_num_groups,
            .norm_eps = norm_eps};
  }
};

// One layer of a down or up block: resnets.i, then attentions.i and
// motion_modules.i where the block has them. Immutable; safe to share.
class UnetLayer {
 public:
  // `block`: the scope of the block; `index`: i.
  UnetLayer(const Scope& block, int index, int64_t in_channels,
            const UnetLayerConfig& config);

  // x: [B*F, in_channels, h, w] -> [B*F, out_channels, h, w].
  at::Tensor Forward(const at::Tensor& x, const ForwardContext& context) const;

 private:
  ResnetBlock2D resnet_;
  std::optional<Transformer2DModel> attention_;
  std::optional<MotionModule> motion_module_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_UNET_LAYER_H_
