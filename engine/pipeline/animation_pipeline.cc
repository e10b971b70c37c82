#include "engine/pipeline/animation_pipeline.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/pipeline/checkpoint_tensor.h"
#include "engine/pipeline/compute_fingerprint.h"
#include "engine/pipeline/conditioning.h"
#include "engine/pipeline/context_plan.h"
#include "engine/pipeline/denoising_loop.h"
#include "engine/pipeline/frame_decoder.h"
#include "engine/pipeline/pose_features.h"
#include "engine/tensor/random.h"
#include "engine/tensor/torch_status.h"

namespace animate {
namespace {

// What the model is said to do follows the options it runs with.
ModelBundle WithDefaultsOf(const PipelineOptions& options, ModelBundle models) {
  models.info.context_schedule =
      options.context_schedule.value_or(models.info.context_schedule);
  models.info.fingerprint = ComputeFingerprint(models, options);
  return models;
}

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

}  // namespace

struct AnimationPipeline::Job {
  const AnimationInput& input;
  const CancellationToken& token;
  AnimationObserver& observer;

  // Of the frames whose latents are final, [0, frames_decoded) are done with;
  // the others wait in `pending`.
  int frames_decoded = 0;
  at::Tensor pending = {};  // [1, C, n, h, w]

  // Whether an earlier run has done all denoising, or some of it.
  bool denoised(int num_steps) const { return first_step() == num_steps; }
  int first_step() const {
    return input.resume.has_value() ? input.resume->checkpoint.step : 0;
  }
  int64_t first_frame() const {
    return input.resume.has_value() ? input.resume->first_frame : 0;
  }
  int64_t frames_final() const {
    return frames_decoded + (pending.defined() ? pending.size(2) : 0);
  }

  // Spent in Deliver so far, to tell decoding from what it interrupts.
  absl::Duration decoding = absl::ZeroDuration();
};

AnimationPipeline::AnimationPipeline(ModelBundle models,
                                     const PipelineOptions& options,
                                     const Clock& clock)
    : models_(WithDefaultsOf(options, std::move(models))),
      options_(options),
      clock_(clock),
      references_(options.reference_cache_bytes) {}

template <typename Work>
auto AnimationPipeline::RunStage(EngineStage stage, Job& job, Work&& work) {
  using Result = decltype(CallTorch("", work));
  if (absl::Status status = job.token.Check(); !status.ok()) {
    return Result(std::move(status));
  }
  job.observer.OnStageStarted(stage);
  const absl::Duration start = clock_.Monotonic();
  const absl::Duration decoded_before = job.decoding;
  Result result = CallTorch(EngineStageName(stage), work);
  if (result.ok()) {
    absl::Duration duration = clock_.Monotonic() - start;
    // Frames that were decoded while denoising count where they belong.
    if (stage == EngineStage::kDenoise) {
      duration -= job.decoding - decoded_before;
    } else if (stage == EngineStage::kVaeDecode) {
      duration += decoded_before;
    }
    job.observer.OnStageFinished(stage, duration);
  }
  return result;
}

absl::Status AnimationPipeline::Animate(const AnimationInput& input,
                                        const CancellationToken& token,
                                        AnimationObserver& observer) {
  const AnimationParameters& spec = *input.spec;
  ANIMATE_RETURN_IF_ERROR(CheckInput(input, models_.info));
  ANIMATE_ASSIGN_OR_RETURN(const DdimScheduler scheduler, MakeScheduler(spec));
  ANIMATE_ASSIGN_OR_RETURN(ContextPlan plan,
                           MakeContextPlan(spec, models_.info, options_));

  const int num_steps = static_cast<int>(scheduler.timesteps().size());
  ANIMATE_RETURN_IF_ERROR(CheckResume(input, num_steps));

  const c10::InferenceMode inference_mode;
  Job job = {.input = input, .token = token, .observer = observer};
  at::Tensor latents;
  if (!job.denoised(num_steps)) {
    ANIMATE_ASSIGN_OR_RETURN(latents,
                             MakeLatents(scheduler, std::move(plan), job));
  }
  return RunStage(EngineStage::kVaeDecode, job, [&] {
    if (!latents.defined()) {
      latents = CheckpointLatents(input.resume->checkpoint)
                    .to(models_.options.device);
    }
    const int64_t begin = job.frames_final();
    return Deliver(latents.narrow(2, begin, spec.num_frames - begin), job);
  });
}

absl::Status AnimationPipeline::CheckResume(const AnimationInput& input,
                                            int num_steps) const {
  if (!input.resume.has_value()) return absl::OkStatus();
  const AnimationParameters& spec = *input.spec;
  const int64_t factor = models_.vae.spatial_factor();
  return CheckResumption(*input.resume,
                         {.num_steps = num_steps,
                          .num_frames = spec.num_frames,
                          .channels = models_.unet_config.in_channels,
                          .height = spec.height / factor,
                          .width = spec.width / factor});
}

absl::StatusOr<at::Tensor> AnimationPipeline::MakeLatents(
    const DdimScheduler& scheduler, ContextPlan plan, Job& job) {
  const AnimationParameters& spec = *job.input.spec;
  DenoisingInputs inputs;
  inputs.guidance_scale = spec.guidance_scale;
  inputs.windows = std::move(plan.windows);
  inputs.window_weights = std::move(plan.weights);
  inputs.first_step = job.first_step();
  ANIMATE_ASSIGN_OR_RETURN(
      const std::shared_ptr<const ReferenceConditioning> reference,
      Reference(job));
  inputs.conditioning = reference->conditioning;
  ANIMATE_ASSIGN_OR_RETURN(inputs.poses, RunStage(EngineStage::kPose, job, [&] {
                             return PoseFeatures::Create(
                                 models_, job.input.poses, spec.width,
                                 spec.height, options_, job.token);
                           }));
  return RunStage(EngineStage::kDenoise, job, [&] {
    const at::Tensor& like = reference->reference_latents;
    const at::Tensor start =
        job.input.resume.has_value()
            ? CheckpointLatents(job.input.resume->checkpoint)
            : InitialNoise(spec, like.size(1), like.size(2), like.size(3));
    inputs.latents = start.to(like.device(), at::kFloat);
    return RunDenoising(scheduler, inputs, job);
  });
}

absl::StatusOr<std::shared_ptr<const ReferenceConditioning>>
AnimationPipeline::Reference(Job& job) {
  const AnimationParameters& spec = *job.input.spec;
  const RgbImage& picture = job.input.reference;
  const ReferenceKey key = ReferenceKey::Of(picture, spec.width, spec.height,
                                            job.input.spec.guided());
  const std::shared_ptr<const ReferenceConditioning> known =
      references_.Find(key);
  auto made = std::make_shared<ReferenceConditioning>();
  if (known != nullptr) *made = *known;

  ANIMATE_ASSIGN_OR_RETURN(
      made->image_embeds, RunStage(EngineStage::kClip, job, [&] {
        return known != nullptr ? made->image_embeds
                                : EncodeImageEmbeds(models_, picture);
      }));
  ANIMATE_ASSIGN_OR_RETURN(
      made->reference_latents, RunStage(EngineStage::kVaeEncode, job, [&] {
        return known != nullptr
                   ? made->reference_latents
                   : EncodeReferenceLatents(models_, picture, spec.width,
                                            spec.height);
      }));
  ANIMATE_ASSIGN_OR_RETURN(
      made->conditioning, RunStage(EngineStage::kReference, job, [&] {
        return known != nullptr
                   ? made->conditioning
                   : PrepareConditioning(models_.denoising_unet,
                                         made->image_embeds,
                                         EncodeReferenceFeatures(
                                             models_, made->reference_latents,
                                             made->image_embeds, options_),
                                         job.input.spec.guided());
      }));
  if (known == nullptr) references_.Insert(key, made);
  return made;
}

absl::StatusOr<at::Tensor> AnimationPipeline::RunDenoising(
    const DdimScheduler& scheduler, const DenoisingInputs& inputs, Job& job) {
  const int num_steps = static_cast<int>(scheduler.timesteps().size());
  PipelineOptions options = options_;
  if (job.input.resume.has_value()) {
    options.windows_per_batch = job.input.resume->checkpoint.windows_per_batch;
  }
  DenoisingStep latest;  // complete; no latents: none yet
  const auto offer = [&](CheckpointMoment moment, const at::Tensor& latents) {
    if (!job.observer.WantsCheckpoint(moment)) return;
    job.observer.OnCheckpoint(
        MakeCheckpoint(latents, latest.index + 1, latest.windows_per_batch));
  };
  absl::Duration start = clock_.Monotonic();
  absl::StatusOr<at::Tensor> latents = Denoise(
      models_.denoising_unet, scheduler, inputs, options, job.token,
      [&](const DenoisingStep& step) {
        // The only frames decoded by now are those of the last step.
        const absl::Duration now = clock_.Monotonic();
        const bool last = step.index + 1 == num_steps;
        job.observer.OnStep(
            step.index + 1, num_steps,
            now - start - (last ? job.decoding : absl::ZeroDuration()));
        start = now;
        latest = step;
        latest.noise_pred.reset();
        if (last) return;
        const absl::Duration offered = clock_.Monotonic();
        offer(CheckpointMoment::kStep, step.latents);
        start += clock_.Monotonic() - offered;
      },
      [&](int, const at::Tensor& part) { return Deliver(part, job); });
  if (latents.ok()) {
    offer(CheckpointMoment::kDenoised, *latents);
  } else if (latest.latents.defined() && !job.token.Check().ok()) {
    offer(CheckpointMoment::kStopped, latest.latents);
  }
  return latents;
}

absl::Status AnimationPipeline::Deliver(const at::Tensor& latents, Job& job) {
  const absl::Duration start = clock_.Monotonic();
  at::Tensor ready =
      job.pending.defined() ? at::cat({job.pending, latents}, 2) : latents;
  const int64_t batch = std::max(options_.decode_batch_frames, 1);
  const bool all =
      job.frames_decoded + ready.size(2) == job.input.spec->num_frames;
  const int64_t complete = ready.size(2) - (all ? 0 : ready.size(2) % batch);
  job.pending = ready.narrow(2, complete, ready.size(2) - complete);
  // Of frames that are not wanted only those beside wanted ones are decoded.
  const int64_t unwanted =
      std::max(job.first_frame() - job.frames_decoded, int64_t{0}) / batch *
      batch;
  const int64_t skipped = std::min(unwanted, complete);
  job.frames_decoded += static_cast<int>(skipped);
  ready = ready.narrow(2, skipped, complete - skipped);
  const int first = job.frames_decoded;
  absl::Status status =
      DecodeFrames(models_.vae, ready.to(models_.options.dtype), options_,
                   job.token, [&](int index, RgbImage frame) {
                     ++job.frames_decoded;
                     if (first + index < job.first_frame()) return;
                     job.observer.OnFrame(first + index, std::move(frame));
                   });
  job.decoding += clock_.Monotonic() - start;
  return status;
}

at::Tensor AnimationPipeline::InitialNoise(const AnimationParameters& spec,
                                           int64_t channels, int64_t height,
                                           int64_t width) const {
  const bool shared =
      spec.noise_mode.value_or(models_.info.noise_mode) == NoiseMode::kShared;
  const at::Tensor noise =
      SeededNoise({1, channels, shared ? 1 : spec.num_frames, height, width},
                  spec.seed, options_.noise_recipe);
  return noise.expand({1, channels, spec.num_frames, height, width})
      .contiguous();
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
