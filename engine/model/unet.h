#ifndef ANIMATE_ENGINE_MODEL_UNET_H_
#define ANIMATE_ENGINE_MODEL_UNET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/model/model_config.h"
#include "engine/nn/embeddings.h"
#include "engine/nn/forward_context.h"
#include "engine/nn/layers.h"
#include "engine/nn/unet_down_block.h"
#include "engine/nn/unet_mid_block.h"
#include "engine/nn/unet_up_block.h"
#include "engine/tensor/parameters.h"

namespace animate {

// What both UNets have in common: time_embedding, conv_in, down_blocks,
// mid_block, up_blocks. Works on frames folded into the batch, so that the
// image network and the video network are one: only motion modules unfold
// them. Matches diffusers' UNet2DConditionModel up to conv_norm_out, with
// motion modules as Moore-AnimateAnyone's unet_3d.py places them. Immutable;
// safe to share.
class UnetTrunk {
 public:
  // `motion`: nullptr for a network without motion modules.
  UnetTrunk(const Scope& scope, const UnetConfig& config,
            const MotionConfig* motion);

  struct Inputs {
    at::Tensor sample;     // [B*F, in_channels, h, w], row = b*F + f
    at::Tensor timesteps;  // [], [1] or [B]
    at::Tensor added;      // [B*F, block_out_channels[0], h, w], added to what
                           // conv_in returns; undefined: nothing
  };

  // Returns [B*F, block_out_channels[0], h, w] for any h, w >= 1. `context`:
  // conditions of B clips; its temb is filled in here.
  at::Tensor Forward(const Inputs& inputs, nn::ForwardContext context) const;

  // The spatial transformer blocks in order of execution, by path; the blocks
  // of ReferenceFeatures.
  const std::vector<std::string>& transformer_blocks() const {
    return transformer_blocks_;
  }

 private:
  at::Tensor TimeEmbedding(const at::Tensor& timesteps, int64_t clips,
                           Taps* taps) const;

  std::string time_embedding_path_;
  std::string conv_in_path_;
  nn::TimestepEmbedding time_embedding_;
  nn::Conv2d conv_in_;
  std::vector<nn::UnetDownBlock> down_blocks_;
  std::optional<nn::UnetMidBlock> mid_block_;
  std::vector<nn::UnetUpBlock> up_blocks_;
  std::vector<std::string> transformer_blocks_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_UNET_H_
