#ifndef ANIMATE_ENGINE_TRAINING_STAGE_FORWARD_H_
#define ANIMATE_ENGINE_TRAINING_STAGE_FORWARD_H_

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/nn/reference_features.h"
#include "engine/training/stage_networks.h"

// What both stages compute between pictures and prediction, differentiable
// towards whatever requires gradients. All throw c10::Error.
namespace animate {

// What steers the denoising of R clips beside their skeletons. A clip without
// conditions has a zero embedding and kNoReference, as unconditional sampling
// has it.
struct StageConditions {
  at::Tensor encoder_hidden_states;     // [R, 1, D]
  ReferenceFeatures reference;          // a row for each clip that has one
  std::vector<int64_t> reference_rows;  // R, rows of it or kNoReference
};

// The clips that keep their conditions, K of R.
struct KeptReferences {
  std::vector<int64_t> clips;  // K ascending indices below R
  at::Tensor latents;          // [K, C, h, w], scaled
  at::Tensor pixel_values;     // [K, 3, size, size]
};

// Runs image encoder and ReferenceNet, once per clip and for no other.
//   clips: R.  kept.latents and kept.pixel_values: undefined where K is 0.
StageConditions EncodeStageConditions(const StageNetworks& networks,
                                      int64_t clips,
                                      const KeptReferences& kept);

// What the denoising UNet is asked about R clips of F frames.
struct StageQuestion {
  at::Tensor noisy;                // [R*F, C, h, w], row = r*F + f
  std::vector<int64_t> timesteps;  // R*F
  at::Tensor pose_features;        // [R, P, F, h, w], the PoseGuider's
};

// Returns the denoising UNet's answer: [R*F, C, h, w].
at::Tensor PredictStage(const StageNetworks& networks,
                        const StageQuestion& question,
                        const StageConditions& conditions);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_STAGE_FORWARD_H_
