#ifndef ANIMATE_ENGINE_PIPELINE_DENOISING_LOOP_H_
#define ANIMATE_ENGINE_PIPELINE_DENOISING_LOOP_H_

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/cancellation.h"
#include "engine/diffusion/ddim_scheduler.h"
#include "engine/model/denoising_unet.h"
#include "engine/nn/reference_features.h"
#include "engine/pipeline/pipeline_options.h"
#include "engine/schedule/context_windows.h"

namespace animate {

// Everything a denoising run depends on besides the network and the schedule.
// Tensors have the network's type and device.
struct DenoisingInputs {
  at::Tensor latents;                    // [1, 4, F, h, w], the initial noise
  at::Tensor image_embeds;               // [1, D]
  at::Tensor pose_features;              // [1, C, F, h, w]
  ReferenceFeatures reference_features;  // one row, of the same h and w
  std::vector<ContextWindow> windows;    // covering frames 0..F-1

  // At most 1: no guidance, one row instead of two.
  double guidance_scale = 3.5;
};

// One completed step.
struct DenoisingStep {
  int index = 0;  // 0-based
  int timestep = 0;
  at::Tensor noise_pred;  // [1, 4, F, h, w], averaged over windows and guided
  at::Tensor latents;     // [1, 4, F, h, w], after the step
};

// Called after each step, when the device has finished it. Must be quick.
using DenoisingStepObserver = std::function<void(const DenoisingStep&)>;

// Turns noise into latents: for every timestep predicts each window with
// `unet`, averages where windows overlap, guides, takes a DDIM step. Windows
// smooth the seams of long clips (Animate Anyone, section 4.1). Returns
// [1, 4, F, h, w]; the error of `token`, polled before every window; INTERNAL
// when the result holds values that are not finite. Throws c10::Error.
absl::StatusOr<at::Tensor> Denoise(const DenoisingUnet& unet,
                                   const DdimScheduler& scheduler,
                                   const DenoisingInputs& inputs,
                                   const PipelineOptions& options,
                                   const CancellationToken& token,
                                   const DenoisingStepObserver& observer);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_DENOISING_LOOP_H_
