#ifndef ANIMATE_ENGINE_PIPELINE_PIPELINE_OPTIONS_H_
#define ANIMATE_ENGINE_PIPELINE_PIPELINE_OPTIONS_H_

#include <cstdint>
#include <optional>

#include "engine/animation/animation_spec.h"
#include "engine/tensor/noise_recipe.h"

namespace animate {

// How a decoded value in [0, 1] becomes a byte.
enum class FrameRounding {
  kTruncate,  // floor(255 x): what the reference writes into its clips
  kNearest,   // round(255 x): half a level brighter on average
};

// Switches between what the reference implementation (Moore-AnimateAnyone's
// pipeline_pose2vid_long.py) does and what one might want instead. The defaults
// give its pictures, except where it is plainly broken.
struct PipelineOptions {
  // The reference draws its noise in half precision, whatever the networks'
  // type; kFloat32 gives other pictures for the same seed.
  NoiseRecipe noise_recipe = NoiseRecipe::kHalfTorch20;

  // The reference stores what the ReferenceNet saw in half precision even in an
  // fp32 run. Off: some 4e-4 rms away from it in the final latents.
  bool round_reference_to_half = true;

  // Without guidance the reference forgets to divide the sum of overlapping
  // windows by their count, which ruins clips of more than one window. On only
  // to compare with recorded results.
  bool skip_window_average_without_guidance = false;

  // For 61, 103, 121, … steps the reference runs one step too many, at timestep
  // -1, which replaces the finished picture by the network's output.
  bool keep_negative_timestep = false;

  // How windows cover long clips where a job does not say. Unset: as the model
  // says, else closed like the reference, which wraps the last window around to
  // the first frames: right for clips that loop, a blend of both ends for
  // others.
  std::optional<ContextSchedule> context_schedule;

  FrameRounding frame_rounding = FrameRounding::kTruncate;

  // Pose pictures that go through the PoseGuider together: more needs more
  // memory and is no faster. At least 1.
  int pose_batch_frames = 8;

  // Features of poses are kept for the whole job up to so many bytes; of longer
  // clips the pictures are kept and a window's features computed when it is
  // denoised. See PoseFeatures.
  int64_t pose_feature_bytes = int64_t{512} << 20;

  // Computes what windows that overlap have in common once per step. Exact.
  bool share_window_overlap = true;

  // Windows that go through the network together: fewer, larger operations for
  // more memory. 0: as many as free memory allows on a GPU, up to four; one on
  // a CPU, where it does not pay. Results differ by rounding.
  int windows_per_batch = 0;

  // Frames that the VAE decodes together. More needs more memory, and delays
  // the first of them; at least 1.
  int decode_batch_frames = 1;

  // What depends on the reference picture and the size alone is kept for later
  // jobs, the least recently used given up first, up to so many bytes on the
  // device. 0: nothing is kept.
  int64_t reference_cache_bytes = int64_t{256} << 20;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_PIPELINE_OPTIONS_H_
