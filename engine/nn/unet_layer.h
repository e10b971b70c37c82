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
  ExactShortcuts shortcuts = {};

  ResnetConfig Resnet(int64_t in_channels) const {
    return {.in_channels = in_channels,
            .out_channels = out_channels,
            .temb_channels = temb_channels,
            .norm_num_groups = norm_num_groups,
            .norm_eps = norm_eps,
            .shortcuts = shortcuts};
  }
};

// One layer of a down or up block: resnets.i, then attentions.i and
// motion_modules.i where the block has them. Immutable; safe to share.
class UnetLayer {
 public:
  // `block`: the scope of the block; `index`: i.
  UnetLayer(const Scope& block, int index, int64_t in_channels,
            const UnetLayerConfig& config);

  // x: [B*F, in_channels, h, w] -> [B*F, out_channels, h, w]. Undefined when
  // context.stop_at is one of its blocks.
  at::Tensor Forward(const at::Tensor& x, const ForwardContext& context) const;

  // The two halves of Forward: what looks at each frame alone, and the motion
  // module. With context.one_row_for_all the former takes F rows and returns
  // B*F.
  at::Tensor ForwardFrames(const at::Tensor& x,
                           const ForwardContext& context) const;
  at::Tensor ForwardMotion(const at::Tensor& x,
                           const ForwardContext& context) const;

  const ResnetBlock2D& resnet() const { return resnet_; }
  const std::optional<Transformer2DModel>& attention() const {
    return attention_;
  }

 private:
  // ForwardFrames, plainly and with activations to be computed again.
  at::Tensor PlainFrames(const at::Tensor& x,
                         const ForwardContext& context) const;
  at::Tensor RecomputedFrames(const at::Tensor& x,
                              const ForwardContext& context) const;
  bool Recomputes(const at::Tensor& x, const ForwardContext& context) const;

  ExactShortcuts shortcuts_;
  ResnetBlock2D resnet_;
  std::optional<Transformer2DModel> attention_;
  std::optional<MotionModule> motion_module_;
};

// Runs a resnet with the time shift that `context` holds for it, else with the
// time embedding.
at::Tensor ForwardResnet(const ResnetBlock2D& resnet, const at::Tensor& x,
                         const ForwardContext& context);

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_UNET_LAYER_H_
