#ifndef ANIMATE_ENGINE_MODEL_CLIP_VISION_H_
#define ANIMATE_ENGINE_MODEL_CLIP_VISION_H_

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/model/model_config.h"
#include "engine/nn/clip_layers.h"
#include "engine/nn/layers.h"
#include "engine/nn/taps.h"
#include "engine/tensor/parameters.h"

namespace animate {

// The image encoder whose embedding both UNets attend to in place of a text
// (Radford et al. 2021, https://arxiv.org/abs/2103.00020). Matches
// transformers' CLIPVisionModelWithProjection. Immutable; safe to share.
class ClipVision {
 public:
  // A position_ids buffer in the weights is accepted and not used.
  ClipVision(const Scope& scope, const ClipVisionConfig& config);

  // pixel_values: [B, num_channels, image_size, image_size], normalised by
  // CLIP's mean and standard deviation -> image_embeds [B, projection_dim],
  // not of unit length. Records for comparison, by transformers' names rather
  // than paths: "hidden_states.0" (after pre_layrnorm) ... "hidden_states.L"
  // (after the last layer), each [B, 1 + patches, hidden_size], and
  // "post_layernorm" [B, hidden_size].
  at::Tensor Forward(const at::Tensor& pixel_values,
                     Taps* taps = nullptr) const;

 private:
  // [B, C, H, W] -> [B, 1 + patches, hidden_size].
  at::Tensor Embed(const at::Tensor& pixel_values) const;

  int64_t image_size_;
  int64_t patch_size_;
  at::Tensor class_embedding_;     // [hidden_size]
  at::Tensor patch_embedding_;     // [hidden_size, C, patch, patch]
  at::Tensor position_embedding_;  // [1 + patches, hidden_size]
  nn::LayerNorm pre_layrnorm_;     // spelt so in the checkpoints
  std::vector<nn::ClipEncoderLayer> layers_;
  nn::LayerNorm post_layernorm_;
  nn::Linear visual_projection_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_CLIP_VISION_H_
