#ifndef ANIMATE_ENGINE_MODEL_DENOISING_UNET_H_
#define ANIMATE_ENGINE_MODEL_DENOISING_UNET_H_

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/model/model_config.h"
#include "engine/model/prepared_conditioning.h"
#include "engine/model/unet.h"
#include "engine/nn/exact_shortcuts.h"
#include "engine/nn/layers.h"
#include "engine/nn/reference_features.h"
#include "engine/nn/taps.h"
#include "engine/tensor/parameters.h"

namespace animate {

// One call of the denoising UNet. Tensors in the type of the weights, except
// timesteps (any) and the reference features (any floating type).
struct DenoisingUnetInputs {
  at::Tensor latents;                // [B, in_channels, F, h, w]
  at::Tensor timesteps;              // [], [1] or [B]
  at::Tensor encoder_hidden_states;  // [B, L, cross_attention_dim]

  // Output of the PoseGuider: [B or 1, block_out_channels[0], F, h, w], added
  // after conv_in, or [B or 1, in_channels, F, h, w] of one that
  // adds_to_latents(); undefined: no pose.
  at::Tensor pose_features;

  // Features of the same spatial size, or null, or without blocks: then every
  // row attends to itself alone.
  const ReferenceFeatures* reference = nullptr;

  // Needed with a reference: for each of the B rows the row of the features it
  // reads, or kNoReference. As the published pipeline runs it:
  //   guidance, rows [uncond; cond], features of both contexts: {kNoReference,
  //   1}; features of the cond context only: {kNoReference, 0}; no guidance:
  //   {0}.
  std::vector<int64_t> reference_rows;
};

// What steers a denoising run, for DenoisingUnet::Prepare. As in
// DenoisingUnetInputs; `reference` is read during that call only.
struct ConditioningInputs {
  at::Tensor encoder_hidden_states;  // [B, L, cross_attention_dim]
  const ReferenceFeatures* reference = nullptr;
  std::vector<int64_t> reference_rows;
};

// Frames at one timestep. With one row of latents for B rows of conditions
// (classifier-free guidance) the rows share what they have in common.
struct FrameInputs {
  at::Tensor latents;        // [1 or B, in_channels, F, h, w]
  at::Tensor pose_features;  // as in DenoisingUnetInputs: [1 or B, …]
};

// The video network: UnetTrunk with motion modules, conv_norm_out, conv_out.
// Matches Moore-AnimateAnyone's unet_3d.py with use_inflated_groupnorm, its
// transformer blocks in "read" mode. What a row without reference yields does
// not depend on the features at all. Immutable; safe to share.
class DenoisingUnet {
 public:
  // Motion modules are where `motion` puts them, and must be in the weights.
  DenoisingUnet(const Scope& scope, const UnetConfig& config,
                const MotionConfig& motion,
                const ExactShortcuts& shortcuts = {});

  // The four calls of a denoising run. Once per job:
  PreparedConditioning Prepare(const ConditioningInputs& inputs) const;
  // Once per job, for all steps; `timesteps` as the schedule lists them.
  std::vector<PreparedTimestep> PrepareTimesteps(
      c10::ArrayRef<int64_t> timesteps) const;
  // Per step, once per frame; any number of frames at a time, as frames do not
  // meet here.
  FrameFeatures ForwardFrames(const PreparedConditioning& conditioning,
                              const PreparedTimestep& time,
                              const FrameInputs& frames,
                              Taps* taps = nullptr) const;
  // Per step, for one window, or for several of equal length in one batch:
  // `frames` holds W*window_frames frames, window after window. Returns the
  // network's prediction [B, out_channels, W*window_frames, h, w].
  at::Tensor ForwardWindows(const PreparedConditioning& conditioning,
                            const PreparedTimestep& time,
                            const FrameFeatures& frames, int64_t window_frames,
                            Taps* taps = nullptr) const;

  // All of the above for one window, of which nothing is kept. Returns the
  // network's prediction (noise, v or sample, as trained): [B, out_channels, F,
  // h, w], any h, w >= 1. All five throw c10::Error for shapes that do not fit
  // each other, features whose blocks are not this network's, and windows of
  // more frames than the motion modules have positions.
  at::Tensor Forward(const DenoisingUnetInputs& inputs,
                     Taps* taps = nullptr) const;

  // block_out_channels[0].
  int64_t base_channels() const { return base_channels_; }

  // Names of the blocks that read features.
  const std::vector<std::string>& transformer_blocks() const {
    return trunk_.transformer_blocks();
  }

 private:
  std::vector<PreparedTimestep> PrepareTimes(const at::Tensor& timesteps) const;
  void CheckReference(const ConditioningInputs& inputs) const;

  ExactShortcuts shortcuts_;
  int64_t base_channels_;
  UnetTrunk trunk_;
  std::string conv_norm_out_path_;
  std::string conv_out_path_;
  nn::GroupNorm conv_norm_out_;
  nn::Conv2d conv_out_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_DENOISING_UNET_H_
