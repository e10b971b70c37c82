#include "engine/pipeline/animation_pipeline.h"

#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/pipeline/conditioning.h"
#include "engine/pipeline/denoising_loop.h"
#include "engine/pipeline/frame_decoder.h"
#include "engine/schedule/context_windows.h"
#include "engine/tensor/random.h"
#include "engine/tensor/torch_status.h"

namespace animate {
namespace {

absl::Status CheckInput(const AnimationInput& input, const ModelInfo& info) {
  const AnimationParameters& parameters = *input.spec;
  for (const auto& [field, side] :
       {std::pair{"spec.width", parameters.width},
        std::pair{"spec.height", parameters.height}}) {
    if (side % info.size_multiple != 0) {
      return FieldError(field,
                        absl::StrCat("must be a multiple of ",
                                     info.size_multiple, ", got ", side),
                        "BAD_SIZE");
    }
  }
  if (input.reference.empty()) {
    return FieldError("reference", "is empty", "BAD_REFERENCE_IMAGE");
  }
  if (input.poses.size() != static_cast<size_t>(parameters.num_frames)) {
    return FieldError("pose",
                      absl::StrCat("must have ", parameters.num_frames,
                                   " frames, got ", input.poses.size()),
                      "BAD_POSE_INPUT");
  }
  for (const RgbImage& pose : input.poses) {
    if (pose.empty()) {
      return FieldError("pose", "holds an empty picture", "BAD_POSE_INPUT");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ContextWindow>> MakeWindows(
    const AnimationParameters& parameters, const ModelInfo& info,
    const PipelineOptions& options) {
  ContextWindowConfig config;
  config.num_frames = parameters.num_frames;
  config.context_frames =
      parameters.context_frames.value_or(info.context_frames);
  config.context_overlap = parameters.context_overlap.value_or(
      std::min(info.context_overlap, config.context_frames - 1));
  config.closed_loop = options.closed_loop_windows;
  if (config.context_frames > info.max_context_frames) {
    return FieldError(
        "spec.sampler.context_frames",
        absl::StrCat("must be at most ", info.max_context_frames,
                     " for this model, got ", config.context_frames),
        "LIMIT_EXCEEDED");
  }
  std::vector<ContextWindow> windows = UniformContextWindows(config);
  if (windows.empty()) {
    return FieldError("spec.sampler.context_overlap",
                      absl::StrCat("must be in [0, ", config.context_frames,
                                   "), got ", config.context_overlap),
                      "LIMIT_EXCEEDED");
  }
  return windows;
}

}  // namespace

AnimationPipeline::AnimationPipeline(ModelBundle models,
                                     const PipelineOptions& options,
                                     const Clock& clock)
    : models_(std::move(models)), options_(options), clock_(clock) {}

template <typename Work>
auto AnimationPipeline::RunStage(EngineStage stage,
                                 const CancellationToken& token,
                                 AnimationObserver& observer, Work&& work) {
  using Result = decltype(CallTorch("", work));
  if (absl::Status status = token.Check(); !status.ok()) {
    return Result(std::move(status));
  }
  observer.OnStageStarted(stage);
  const absl::Duration start = clock_.Monotonic();
  Result result = CallTorch(EngineStageName(stage), work);
  if (result.ok()) observer.OnStageFinished(stage, clock_.Monotonic() - start);
  return result;
}

absl::Status AnimationPipeline::Animate(const AnimationInput& input,
                                        const CancellationToken& token,
                                        AnimationObserver& observer) {
  const AnimationParameters& spec = *input.spec;
  ANIMATE_RETURN_IF_ERROR(CheckInput(input, models_.info));
  ANIMATE_ASSIGN_OR_RETURN(const DdimScheduler scheduler, MakeScheduler(spec));

  const c10::InferenceMode inference_mode;
  DenoisingInputs inputs;
  inputs.guidance_scale = spec.guidance_scale;
  ANIMATE_ASSIGN_OR_RETURN(inputs.windows,
                           MakeWindows(spec, models_.info, options_));
  ANIMATE_ASSIGN_OR_RETURN(inputs.image_embeds,
                           RunStage(EngineStage::kClip, token, observer, [&] {
                             return EncodeImageEmbeds(models_, input.reference);
                           }));
  ANIMATE_ASSIGN_OR_RETURN(
      const at::Tensor reference_latents,
      RunStage(EngineStage::kVaeEncode, token, observer, [&] {
        return EncodeReferenceLatents(models_, input.reference, spec.width,
                                      spec.height);
      }));
  ANIMATE_ASSIGN_OR_RETURN(
      inputs.reference_features,
      RunStage(EngineStage::kReference, token, observer, [&] {
        return EncodeReferenceFeatures(models_, reference_latents,
                                       inputs.image_embeds, options_);
      }));
  ANIMATE_ASSIGN_OR_RETURN(
      inputs.pose_features, RunStage(EngineStage::kPose, token, observer, [&] {
        return EncodePoses(models_, input.poses, spec.width, spec.height,
                           options_, token);
      }));
  ANIMATE_ASSIGN_OR_RETURN(
      const at::Tensor latents,
      RunStage(EngineStage::kDenoise, token, observer, [&] {
        const std::vector<int64_t> shape = {
            1, reference_latents.size(1), spec.num_frames,
            reference_latents.size(2), reference_latents.size(3)};
        inputs.latents = SeededNoise(shape, spec.seed, options_.noise_recipe)
                             .to(reference_latents.options());
        const int num_steps = static_cast<int>(scheduler.timesteps().size());
        absl::Duration start = clock_.Monotonic();
        return Denoise(models_.denoising_unet, scheduler, inputs, options_,
                       token, [&](const DenoisingStep& step) {
                         const absl::Duration now = clock_.Monotonic();
                         observer.OnStep(step.index + 1, num_steps,
                                         now - start);
                         start = now;
                       });
      }));
  return RunStage(EngineStage::kVaeDecode, token, observer, [&] {
    return DecodeFrames(models_.vae, latents, options_, token,
                        [&](int index, RgbImage frame) {
                          observer.OnFrame(index, std::move(frame));
                        });
  });
}

absl::StatusOr<DdimScheduler> AnimationPipeline::MakeScheduler(
    const AnimationParameters& parameters) const {
  DdimConfig config = DdimConfigOf(models_.noise_scheduler, options_);
  if (parameters.beta_schedule.has_value()) {
    config.noise_schedule.beta_curve =
        *parameters.beta_schedule == BetaSchedule::kScaledLinear
            ? BetaCurve::kScaledLinear
            : BetaCurve::kLinear;
  }
  absl::StatusOr<DdimScheduler> scheduler =
      DdimScheduler::Create(config, parameters.num_inference_steps);
  if (!scheduler.ok()) {
    return FieldError("spec.steps", scheduler.status().message(),
                      "LIMIT_EXCEEDED");
  }
  return scheduler;
}

DdimConfig DdimConfigOf(const NoiseSchedulerConfig& config,
                        const PipelineOptions& options) {
  DdimConfig ddim;
  ddim.noise_schedule.num_train_timesteps =
      static_cast<int>(config.num_train_timesteps);
  ddim.noise_schedule.beta_start = config.beta_start;
  ddim.noise_schedule.beta_end = config.beta_end;
  ddim.noise_schedule.beta_curve = config.beta_schedule == "scaled_linear"
                                       ? BetaCurve::kScaledLinear
                                       : BetaCurve::kLinear;
  ddim.noise_schedule.rescale_betas_zero_snr = config.rescale_betas_zero_snr;
  ddim.timestep_spacing =
      config.timestep_spacing == "leading"    ? TimestepSpacing::kLeading
      : config.timestep_spacing == "linspace" ? TimestepSpacing::kLinspace
                                              : TimestepSpacing::kTrailing;
  ddim.steps_offset = static_cast<int>(config.steps_offset);
  ddim.prediction_type =
      config.prediction_type == "epsilon"  ? PredictionType::kEpsilon
      : config.prediction_type == "sample" ? PredictionType::kSample
                                           : PredictionType::kVPrediction;
  ddim.clip_sample = config.clip_sample;
  ddim.keep_negative_timestep = options.keep_negative_timestep;
  return ddim;
}

}  // namespace animate
