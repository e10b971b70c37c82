#ifndef ANIMATE_ENGINE_NN_FORWARD_CONTEXT_H_
#define ANIMATE_ENGINE_NN_FORWARD_CONTEXT_H_

#include <cstdint>
#include <string>

#include <ATen/core/Tensor.h>
#include <c10/util/ArrayRef.h>

#include "engine/nn/block_conditions.h"
#include "engine/nn/reference_features.h"
#include "engine/nn/taps.h"
#include "engine/nn/time_shifts.h"

namespace animate::nn {

// What every block of a UNet sees besides its hidden states [B*W*F, C, h, w]
// (row = (b*W + w)*F + f): B rows of conditions, W windows, F frames. Blocks
// hand conditions to the frames of their row themselves; only motion modules
// need to know F. Lives for one Forward call, as do the things it points to.
struct ForwardContext {
  int64_t num_frames = 1;            // F
  at::Tensor temb;                   // [1 or B, time_embedding_dim]
  at::Tensor encoder_hidden_states;  // [B, L, cross_attention_dim]

  // Read by self-attention: row b of the batch attends also to row
  // reference_rows[b] of the features, or to nothing else when that is
  // kNoReference. Null or without blocks: plain self-attention everywhere.
  const ReferenceFeatures* reference = nullptr;
  c10::ArrayRef<int64_t> reference_rows;

  // What was prepared of all this before; null: nothing.
  const BlockConditionsMap* blocks = nullptr;
  const TimeShiftMap* time_shifts = nullptr;

  // The hidden states have F rows that stand for the same frames in each of
  // the B clips. Ends in the first transformer block, where conditions enter.
  bool one_row_for_all = false;

  // Where each transformer block appends its norm1 output; null: nowhere.
  ReferenceFeatures* record = nullptr;

  // Path of the transformer block after whose recording nothing matters: it,
  // and everything that contains it, returns an undefined tensor. Null: none.
  const std::string* stop_at = nullptr;

  Taps* taps = nullptr;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_FORWARD_CONTEXT_H_
