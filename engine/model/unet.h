#ifndef ANIMATE_ENGINE_MODEL_UNET_H_
#define ANIMATE_ENGINE_MODEL_UNET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/model/model_config.h"
#include "engine/nn/block_conditions.h"
#include "engine/nn/embeddings.h"
#include "engine/nn/exact_shortcuts.h"
#include "engine/nn/forward_context.h"
#include "engine/nn/layers.h"
#include "engine/nn/time_shifts.h"
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
            const MotionConfig* motion, const ExactShortcuts& shortcuts);

  // Returns what time contributes: [T, time_embedding_dim] for timesteps [T].
  at::Tensor TimeEmbedding(const at::Tensor& timesteps) const;

  // Records `temb` [1 or B, time_embedding_dim] as time_embedding of B rows.
  void RecordTimeEmbedding(const at::Tensor& temb, int64_t rows,
                           Taps* taps) const;

  // Returns the shifts of every resnet for each row of temb
  // [T, time_embedding_dim].
  std::vector<nn::TimeShiftMap> TimeShifts(const at::Tensor& temb) const;

  // Returns what the transformer blocks make of the conditions in `context`.
  nn::BlockConditionsMap Prepare(const nn::ForwardContext& context) const;

  // Everything before the first motion module.
  struct Front {
    at::Tensor skip;    // conv_in and `added`: as many rows as the sample
    at::Tensor hidden;  // [B*F, block_out_channels[0], h, w]
  };
  // sample: [B*F, in_channels, h, w], row = b*F + f, for any h, w >= 1; with
  // context.one_row_for_all [F, ...]. added: [same or divisor of it,
  // block_out_channels[0], h, w], added to what conv_in returns; undefined:
  // nothing.
  Front ForwardFrames(const at::Tensor& sample, const at::Tensor& added,
                      const nn::ForwardContext& context) const;

  // Returns [B*F, block_out_channels[0], h, w]; undefined when context.stop_at
  // is one of the blocks. `front.skip` may have fewer rows than hidden: they
  // are the same for each of the B rows of conditions then.
  at::Tensor ForwardRest(const Front& front,
                         const nn::ForwardContext& context) const;

  // The spatial transformer blocks in order of execution, by path; the blocks
  // of ReferenceFeatures.
  const std::vector<std::string>& transformer_blocks() const {
    return transformer_blocks_;
  }

 private:
  std::vector<const nn::BasicTransformerBlock*> Blocks() const;
  std::vector<const nn::ResnetBlock2D*> Resnets() const;

  ExactShortcuts shortcuts_;
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
