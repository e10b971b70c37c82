#include "tools/model/parity_pipeline.h"

#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/cancellation.h"
#include "engine/base/status_macros.h"
#include "engine/diffusion/ddim_scheduler.h"
#include "engine/pipeline/animation_pipeline.h"
#include "engine/pipeline/conditioning.h"
#include "engine/pipeline/denoising_loop.h"
#include "engine/pipeline/frame_decoder.h"
#include "engine/schedule/context_windows.h"

namespace animate {
namespace {

absl::StatusOr<DdimScheduler> MakeScheduler(const ModelBundle& models,
                                            const PipelineRun& run,
                                            const PipelineOptions& options) {
  NoiseSchedulerConfig config = models.noise_scheduler;
  if (!run.beta_schedule.empty()) config.beta_schedule = run.beta_schedule;
  return DdimScheduler::Create(DdimConfigOf(config, options),
                               run.num_inference_steps);
}

absl::StatusOr<std::vector<ContextWindow>> MakeWindows(const PipelineRun& run) {
  std::vector<ContextWindow> windows =
      UniformContextWindows({.num_frames = run.num_frames,
                             .context_frames = run.context_frames,
                             .context_stride = run.context_stride,
                             .context_overlap = run.context_overlap});
  if (windows.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("no windows of ", run.context_frames,
                     " frames overlapping by ", run.context_overlap));
  }
  return windows;
}

at::Tensor DecodeAll(const ModelBundle& models, const at::Tensor& latents) {
  std::vector<at::Tensor> frames;  // each [3, H, W]
  for (int64_t i = 0; i < latents.size(2); ++i) {
    frames.push_back(DecodeFrame(models.vae, latents.select(2, i)));
  }
  return at::stack(frames, 1).unsqueeze(0);  // [1, 3, F, H, W]
}

}  // namespace

absl::StatusOr<ParityResults> RunPipeline(const ModelBundle& models,
                                          const GoldenData& golden,
                                          const PipelineRun& run,
                                          const StateDict& tensors,
                                          const WantedOutputs& wanted,
                                          const PipelineOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(const DdimScheduler scheduler,
                           MakeScheduler(models, run, options));
  DenoisingInputs inputs;
  inputs.guidance_scale = run.guidance_scale;
  ANIMATE_ASSIGN_OR_RETURN(inputs.windows, MakeWindows(run));

  const CancellationToken never;
  inputs.image_embeds = EncodeImageEmbeds(models, golden.reference());
  const at::Tensor reference_latents =
      EncodeReferenceLatents(models, golden.reference(), run.width, run.height);
  inputs.reference_features = EncodeReferenceFeatures(
      models, reference_latents, inputs.image_embeds, options);
  const std::vector<RgbImage> poses(golden.poses().begin(),
                                    golden.poses().begin() + run.num_frames);
  ANIMATE_ASSIGN_OR_RETURN(
      inputs.pose_features,
      EncodePoses(models, poses, run.width, run.height, options, never));
  inputs.latents =
      tensors.at("in.latents").to(models.options.device, models.options.dtype);

  std::vector<at::Tensor> noise_preds;
  std::vector<at::Tensor> step_latents;
  ANIMATE_ASSIGN_OR_RETURN(
      const at::Tensor final_latents,
      Denoise(models.denoising_unet, scheduler, inputs, options, never,
              [&](const DenoisingStep& step) {
                noise_preds.push_back(step.noise_pred);
                step_latents.push_back(step.latents);
              }));

  const std::vector<int64_t> timesteps(scheduler.timesteps().begin(),
                                       scheduler.timesteps().end());
  ParityResults results = {{"image_embeds", inputs.image_embeds},
                           {"ref_image_latents", reference_latents},
                           {"pose_fea", inputs.pose_features},
                           {"noise_pred", at::stack(noise_preds)},
                           {"step_latents", at::stack(step_latents)},
                           {"final_latents", final_latents},
                           {"timesteps", at::tensor(timesteps)}};
  if (wanted.count("frames") > 0) {
    results["frames"] = DecodeAll(models, final_latents);
  }
  return results;
}

}  // namespace animate
