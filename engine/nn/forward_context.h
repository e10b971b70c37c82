#ifndef ANIMATE_ENGINE_NN_FORWARD_CONTEXT_H_
#define ANIMATE_ENGINE_NN_FORWARD_CONTEXT_H_

#include <cstdint>

#include <ATen/core/Tensor.h>
#include <c10/util/ArrayRef.h>

#include "engine/nn/reference_features.h"
#include "engine/nn/taps.h"

namespace animate::nn {

// What every block of a UNet sees besides its hidden states [B*F, C, h, w]
// (row = b*F + f). Conditions are per clip, B rows; blocks hand them to the F
// frames themselves. Lives for one Forward call, as do the things it points
// to.
struct ForwardContext {
  int64_t num_frames = 1;            // F
  at::Tensor temb;                   // [B, time_embedding_dim]
  at::Tensor encoder_hidden_states;  // [B, L, cross_attention_dim]

  // Read by self-attention: row b of the batch attends also to row
  // reference_rows[b] of the features, or to nothing else when that is
  // kNoReference. Null or without blocks: plain self-attention everywhere.
  const ReferenceFeatures* reference = nullptr;
  c10::ArrayRef<int64_t> reference_rows;

  // Where each transformer block appends its norm1 output; null: nowhere.
  ReferenceFeatures* record = nullptr;

  Taps* taps = nullptr;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_FORWARD_CONTEXT_H_
