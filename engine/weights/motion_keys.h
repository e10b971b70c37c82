#ifndef ANIMATE_ENGINE_WEIGHTS_MOTION_KEYS_H_
#define ANIMATE_ENGINE_WEIGHTS_MOTION_KEYS_H_

#include <cstdint>
#include <string>

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/tensor/parameters.h"

namespace animate {

// Whether `key` belongs to a motion module rather than to the layers a video
// UNet shares with Stable Diffusion.
bool IsMotionKey(absl::string_view key);

// Returns "<block>.motion_modules.<index>", the module that a motion key
// belongs to.
std::string MotionModuleOf(absl::string_view key);

// Gives the weights of motion modules the names AnimateDiff and AnimateAnyone
// have for them. AnimateDiff's own files (v1, v2, v3) pass unchanged; those of
// diffusers' MotionAdapter are renamed:
//   mid_block.motion_modules.0.transformer_blocks.0.attn1.to_q.weight
//     -> mid_block.motion_modules.0.temporal_transformer.transformer_blocks.0
//        .attention_blocks.0.to_q.weight
// and its one table of positions per block, which diffusers may leave out, goes
// to every attention. Keys outside motion modules pass, too.
// FAILED_PRECONDITION when there is no motion module at all, or two keys become
// the same.
absl::StatusOr<StateDict> WithCurrentMotionKeys(const StateDict& state_dict);

// Returns the sinusoidal table of positions that motion modules are trained
// with, [1, length, channels] in float32: sines at even, cosines at odd places.
at::Tensor TemporalPositions(int64_t length, int64_t channels);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_MOTION_KEYS_H_
