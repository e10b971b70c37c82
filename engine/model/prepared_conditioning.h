#ifndef ANIMATE_ENGINE_MODEL_PREPARED_CONDITIONING_H_
#define ANIMATE_ENGINE_MODEL_PREPARED_CONDITIONING_H_

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/util/ArrayRef.h>

#include "engine/nn/block_conditions.h"
#include "engine/nn/reference_features.h"
#include "engine/nn/time_shifts.h"

// What a denoising run computes once and reads at every step. Values: copying
// copies handles; safe to share while nobody changes them.
namespace animate {

// What steers B rows of a run: DenoisingUnet::Prepare. Holds whatever it needs;
// the features it was made from may be dropped.
struct PreparedConditioning {
  int64_t rows = 0;                  // B
  at::Tensor encoder_hidden_states;  // [B, L, cross_attention_dim]
  ReferenceFeatures reference;       // empty where keys and values are cached
  std::vector<int64_t> reference_rows;
  nn::BlockConditionsMap blocks;  // by path of the transformer block
};

// One timestep: DenoisingUnet::PrepareTimesteps.
struct PreparedTimestep {
  at::Tensor temb;          // [1 or B, time_embedding_dim]
  nn::TimeShiftMap shifts;  // by path of the resnet; may be empty
};

// Everything before the first motion module, frame by frame: it does not
// depend on the window a frame is seen in, so windows that overlap share it.
// Valid for the timestep and conditions it was computed with.
//
//   FrameFeatures all = unet.ForwardFrames(conditioning, time, frames);
//   noise_pred = unet.ForwardWindows(conditioning, time,
//                                    all.Select({20, 21, ...}), 24);
struct FrameFeatures {
  at::Tensor skip;    // [1 or B, F, C, h, w]: conv_in plus pose
  at::Tensor hidden;  // [B, F, C, h, w]: before the first motion module

  int64_t num_frames() const { return hidden.size(1); }

  // Returns the features of `frames`, indices in [0, F), in that order;
  // repeated ones are allowed. A run of consecutive frames is not copied.
  FrameFeatures Select(c10::ArrayRef<int64_t> frames) const;

  // Returns the frames of all `parts` one after another.
  static FrameFeatures Join(c10::ArrayRef<FrameFeatures> parts);
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_PREPARED_CONDITIONING_H_
