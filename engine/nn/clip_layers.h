#ifndef ANIMATE_ENGINE_NN_CLIP_LAYERS_H_
#define ANIMATE_ENGINE_NN_CLIP_LAYERS_H_

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "engine/nn/layers.h"
#include "engine/tensor/parameters.h"

// The transformer layer of CLIP's vision tower. Matches transformers'
// modeling_clip.py. All immutable; safe to share.
namespace animate::nn {

enum class ClipActivation {
  kQuickGelu,  // x * sigmoid(1.702 x), the published image encoder
  kGelu,       // exact (erf) GELU
};

struct ClipLayerConfig {
  int64_t hidden_size;
  int64_t intermediate_size;
  int64_t heads;  // divides hidden_size
  double layer_norm_eps = 1e-5;
  ClipActivation hidden_act = ClipActivation::kQuickGelu;
};

// Self-attention with biases throughout. The query is scaled after its
// projection, bias included, before it meets the keys.
class ClipAttention {
 public:
  ClipAttention(const Scope& scope, const ClipLayerConfig& config);

  // x: [B, L, hidden_size], same shape back.
  at::Tensor Forward(const at::Tensor& x) const;

 private:
  at::Tensor SplitHeads(const at::Tensor& x) const;

  Linear q_proj_;
  Linear k_proj_;
  Linear v_proj_;
  Linear out_proj_;
  int64_t heads_;
};

// fc2(activation(fc1(x))).
class ClipMlp {
 public:
  ClipMlp(const Scope& scope, const ClipLayerConfig& config);

  // x: [B, L, hidden_size], same shape back.
  at::Tensor Forward(const at::Tensor& x) const;

 private:
  Linear fc1_;
  Linear fc2_;
  ClipActivation hidden_act_;
};

// x += self_attn(layer_norm1(x)); x += mlp(layer_norm2(x)).
class ClipEncoderLayer {
 public:
  ClipEncoderLayer(const Scope& scope, const ClipLayerConfig& config);

  // x: [B, L, hidden_size], same shape back.
  at::Tensor Forward(const at::Tensor& x) const;

 private:
  LayerNorm layer_norm1_;
  ClipAttention self_attn_;
  LayerNorm layer_norm2_;
  ClipMlp mlp_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_CLIP_LAYERS_H_
