#ifndef ANIMATE_ENGINE_MODEL_REFERENCE_UNET_H_
#define ANIMATE_ENGINE_MODEL_REFERENCE_UNET_H_

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/model/model_config.h"
#include "engine/model/unet.h"
#include "engine/nn/exact_shortcuts.h"
#include "engine/nn/reference_features.h"
#include "engine/nn/taps.h"
#include "engine/tensor/parameters.h"

namespace animate {

// ReferenceNet: a UNet without motion modules that looks at the reference
// image once per job and hands what its self-attentions see to the denoising
// UNet (Animate Anyone, Hu 2023, section 3.2). Matches
// Moore-AnimateAnyone's unet_2d_condition.py in "write" mode. Immutable; safe
// to share.
class ReferenceUnet {
 public:
  // Weights of conv_norm_out and conv_out, present when the file is a whole
  // UNet, are accepted and not used.
  ReferenceUnet(const Scope& scope, const UnetConfig& config,
                const ExactShortcuts& shortcuts = {});

  // latents: [B, in_channels, h, w]; timesteps: [], [1] or [B], 0 in the
  // pipeline; encoder_hidden_states: [B, L, cross_attention_dim]. All in the
  // type of the weights. -> one [B, N, C] per transformer block. With `taps`
  // nothing is left out, or else what follows the last feature would be
  // missing.
  ReferenceFeatures Forward(const at::Tensor& latents,
                            const at::Tensor& timesteps,
                            const at::Tensor& encoder_hidden_states,
                            Taps* taps = nullptr) const;

  // Names of the blocks of the features, in their order.
  const std::vector<std::string>& transformer_blocks() const {
    return trunk_.transformer_blocks();
  }

 private:
  ExactShortcuts shortcuts_;
  UnetTrunk trunk_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_REFERENCE_UNET_H_
