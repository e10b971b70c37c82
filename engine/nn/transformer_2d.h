#ifndef ANIMATE_ENGINE_NN_TRANSFORMER_2D_H_
#define ANIMATE_ENGINE_NN_TRANSFORMER_2D_H_

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/nn/basic_transformer_block.h"
#include "engine/nn/exact_shortcuts.h"
#include "engine/nn/forward_context.h"
#include "engine/nn/layers.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

struct Transformer2DConfig {
  int64_t heads;
  int64_t num_layers = 1;
  int64_t cross_attention_dim;
  int64_t norm_num_groups = 32;
  bool use_linear_projection = false;
  ExactShortcuts shortcuts = {};
};

// Spatial transformer over the pixels of each row: GroupNorm (eps 1e-6),
// proj_in, transformer_blocks, proj_out, plus the input. Matches diffusers'
// Transformer2DModel. proj_in and proj_out may be stored as Linear or as 1x1
// convolutions whatever the configuration says. Immutable; safe to share.
class Transformer2DModel {
 public:
  Transformer2DModel(const Scope& scope, int64_t channels,
                     const Transformer2DConfig& config);

  // x: [B*F, channels, h, w], same shape back; with context.one_row_for_all
  // [F, channels, h, w] -> [B*F, channels, h, w]. Undefined when
  // context.stop_at is one of its blocks.
  at::Tensor Forward(const at::Tensor& x, const ForwardContext& context) const;

  const std::vector<BasicTransformerBlock>& transformer_blocks() const {
    return transformer_blocks_;
  }

 private:
  std::string path_;
  GroupNorm norm_;
  Projection proj_in_;
  std::vector<BasicTransformerBlock> transformer_blocks_;
  Projection proj_out_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_TRANSFORMER_2D_H_
