#ifndef ANIMATE_ENGINE_PIPELINE_DENOISING_LOOP_H_
#define ANIMATE_ENGINE_PIPELINE_DENOISING_LOOP_H_

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/cancellation.h"
#include "engine/diffusion/ddim_scheduler.h"
#include "engine/model/denoising_unet.h"
#include "engine/nn/reference_features.h"
#include "engine/pipeline/pipeline_options.h"
#include "engine/pipeline/pose_features.h"
#include "engine/schedule/context_windows.h"
#include "engine/schedule/window_weights.h"

namespace animate {

// Everything a denoising run depends on besides the network and the schedule.
// Conditions have the network's type and device.
struct DenoisingInputs {
  // [1, 4, F, h, w], any floating type: the initial noise, or with first_step
  // what the steps before it left.
  at::Tensor latents;
  at::Tensor image_embeds;               // [1, D]
  at::Tensor pose_features;              // [1, C, F, h, w]
  ReferenceFeatures reference_features;  // one row, of the same h and w
  std::vector<ContextWindow> windows;    // covering frames 0..F-1

  // At most 1: no guidance, one row instead of two.
  double guidance_scale = 3.5;

  // Steps already done, less than all.
  int first_step = 0;

  // How much each window counts for each of its frames. Empty: all the same.
  WindowWeights window_weights;

  // Where given, read instead of pose_features.
  std::optional<PoseFeatures> poses;

  // Where given, read instead of image_embeds and reference_features: what
  // PrepareConditioning makes of them.
  std::optional<PreparedConditioning> conditioning;
};

// One completed step.
struct DenoisingStep {
  int index = 0;  // 0-based
  int timestep = 0;
  at::Tensor noise_pred;  // fp32 [1, 4, F, h, w], guided, averaged over windows
  at::Tensor latents;     // fp32 [1, 4, F, h, w], after the step
  int windows_per_batch = 1;  // that went through the network together
};

// Called after each step, when the device has finished it. Must be quick.
using DenoisingStepObserver = std::function<void(const DenoisingStep&)>;

// Called during the last step, while windows are still to be computed, with
// frames that no later window holds: `latents` [1, 4, n, h, w] of frames
// first_frame, first_frame+1, … Frames come in order, each at most once; those
// that become final with the last window are not announced. The device has
// finished them. An error ends the run.
using FinalLatentsObserver =
    std::function<absl::Status(int first_frame, const at::Tensor& latents)>;

// Returns what `image_embeds` and `reference_features` mean to every window and
// step of a run: two rows with guidance, of which the unconditional one sees
// pose and noise, never the reference.
PreparedConditioning PrepareConditioning(
    const DenoisingUnet& unet, const at::Tensor& image_embeds,
    const ReferenceFeatures& reference_features, bool guided);

// Turns noise into latents: for every timestep predicts each window with
// `unet`, guides, averages where windows overlap, takes a DDIM step. Windows
// smooth the seams of long clips (Animate Anyone, section 4.1). Latents,
// guidance, averages and steps are fp32 whatever the network's type. Beyond
// latents and poses, memory does not grow with the clip. Returns
// [1, 4, F, h, w] of the type of inputs.latents; the error of `token`, polled
// before every batch of windows; INTERNAL (reason NAN_OUTPUT) when the result
// holds values that are not finite. Throws c10::Error.
absl::StatusOr<at::Tensor> Denoise(
    const DenoisingUnet& unet, const DdimScheduler& scheduler,
    const DenoisingInputs& inputs, const PipelineOptions& options,
    const CancellationToken& token, const DenoisingStepObserver& observer,
    const FinalLatentsObserver& on_final = nullptr);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_DENOISING_LOOP_H_
