#include "engine/pipeline/denoising_loop.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cstdint>

#include "engine/base/status_macros.h"
#include "engine/diffusion/guidance.h"
#include "engine/pipeline/conditioning.h"
#include "engine/tensor/shape.h"

namespace animate {
namespace {

// The constant half of the network's inputs.
struct Conditions {
  const DenoisingInputs& inputs;
  bool guided;
  at::Tensor encoder_hidden_states;  // [B, 1, D]
  std::vector<at::Tensor> windows;   // indices on the device
};

Conditions MakeConditions(const DenoisingInputs& inputs) {
  const bool guided = inputs.guidance_scale > 1.0;
  Conditions conditions = {
      inputs, guided, EncoderHiddenStates(inputs.image_embeds, guided), {}};
  for (const ContextWindow& window : inputs.windows) {
    const std::vector<int64_t> frames(window.begin(), window.end());
    conditions.windows.push_back(
        at::tensor(frames).to(inputs.latents.device()));
  }
  return conditions;
}

// The prediction for the frames of one window: [B, 4, f, h, w].
at::Tensor PredictWindow(const DenoisingUnet& unet,
                         const Conditions& conditions,
                         const at::Tensor& latents, const at::Tensor& timestep,
                         const at::Tensor& window) {
  const int64_t rows = conditions.guided ? 2 : 1;
  DenoisingUnetInputs inputs;
  inputs.latents =
      latents.index_select(2, window).expand({rows, -1, -1, -1, -1});
  inputs.timesteps = timestep;
  inputs.encoder_hidden_states = conditions.encoder_hidden_states;
  inputs.pose_features =
      conditions.inputs.pose_features.index_select(2, window);
  inputs.reference = &conditions.inputs.reference_features;
  // The unconditional row sees pose and noise, never the reference.
  inputs.reference_rows = conditions.guided
                              ? std::vector<int64_t>{kNoReference, 0}
                              : std::vector<int64_t>{0};
  return unet.Forward(inputs);
}

// The prediction for all frames: averaged over windows, then guided.
absl::StatusOr<at::Tensor> Predict(const DenoisingUnet& unet,
                                   const Conditions& conditions,
                                   const at::Tensor& latents, int timestep,
                                   const PipelineOptions& options,
                                   const CancellationToken& token) {
  const int64_t rows = conditions.guided ? 2 : 1;
  std::vector<int64_t> shape = latents.sizes().vec();
  shape[0] = rows;
  at::Tensor sum = at::zeros(shape, latents.options());
  at::Tensor count =
      at::zeros({1, 1, latents.size(2), 1, 1}, latents.options());
  const at::Tensor time =
      at::scalar_tensor(timestep, latents.options().dtype(at::kLong));
  for (const at::Tensor& window : conditions.windows) {
    ANIMATE_RETURN_IF_ERROR(token.Check());
    sum.index_add_(2, window,
                   PredictWindow(unet, conditions, latents, time, window));
    count.index_add_(2, window,
                     at::ones({1, 1, window.numel(), 1, 1}, latents.options()));
  }
  if (conditions.guided) {
    return ApplyGuidance(sum / count, conditions.inputs.guidance_scale);
  }
  return options.skip_window_average_without_guidance ? sum : sum / count;
}

// Waits until the device has computed `tensor`.
void Synchronize(const at::Tensor& tensor) {
  if (!tensor.is_cpu()) tensor.flatten()[0].item();
}

}  // namespace

absl::StatusOr<at::Tensor> Denoise(const DenoisingUnet& unet,
                                   const DdimScheduler& scheduler,
                                   const DenoisingInputs& inputs,
                                   const PipelineOptions& options,
                                   const CancellationToken& token,
                                   const DenoisingStepObserver& observer) {
  Shapes shapes;
  shapes.Expect(inputs.latents, "latents", "1 C F h w");
  shapes.Expect(inputs.pose_features, "pose_features", "1 P F h w");
  shapes.Expect(inputs.image_embeds, "image_embeds", "1 D");

  const Conditions conditions = MakeConditions(inputs);
  at::Tensor latents = inputs.latents;
  int index = 0;
  for (const int timestep : scheduler.timesteps()) {
    ANIMATE_ASSIGN_OR_RETURN(
        const at::Tensor noise_pred,
        Predict(unet, conditions, latents, timestep, options, token));
    latents = scheduler.Step(noise_pred, timestep, latents);
    Synchronize(latents);
    observer({index, timestep, noise_pred, latents});
    ++index;
  }
  if (!at::isfinite(latents).all().item<bool>()) {
    return absl::InternalError(
        "denoising produced values that are not finite; try a wider type "
        "than the networks' present one");
  }
  return latents;
}

}  // namespace animate
