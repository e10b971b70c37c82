#include "engine/training/model_predictions.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <memory>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/diffusion/ddim_scheduler.h"
#include "engine/pipeline/animation_pipeline.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/tensor/frames.h"
#include "engine/training/sample_seed.h"
#include "engine/training/stage_batch.h"

namespace animate {
namespace {

constexpr uint64_t kPredictionPurpose = 0x707265646963;

struct Predictor {
  ModelBundle models;
  DdimScheduler scheduler;  // of one step
};

// latents [F, C, h, w] of the frames of a batch of one clip.
at::Tensor PredictFrames(const Predictor& predictor, const StageBatch& batch,
                         uint64_t seed) {
  const c10::NoGradGuard no_grad;
  const ModelBundle& models = predictor.models;
  const at::Tensor reference_latents =
      models.vae.Encode(batch.references).mean * models.vae.scaling_factor();
  const at::Tensor embeds =
      models.image_encoder.Forward(batch.pixel_values).unsqueeze(1);
  const at::TensorOptions whole = embeds.options().dtype(at::kLong);
  const ReferenceFeatures reference = models.reference_unet.Forward(
      reference_latents, at::zeros({1}, whole), embeds);
  const at::Tensor noise =
      at::randn(reference_latents.sizes(),
                at::make_generator<at::CPUGeneratorImpl>(
                    MixSeeds(seed, kPredictionPurpose)),
                at::kFloat)
          .to(embeds.device())
          .repeat({batch.frames, 1, 1, 1});  // [F, C, h, w]
  const int last = predictor.scheduler.timesteps().front();
  const at::Tensor answer = models.denoising_unet.Forward(
      {.latents = UnfoldFrames(noise, batch.frames),
       .timesteps = at::scalar_tensor(last, whole),
       .encoder_hidden_states = embeds,
       .pose_features = models.pose_guider.Forward(batch.poses),
       .reference = &reference,
       .reference_rows = {0}});
  return predictor.scheduler.Step(FoldFrames(answer), last, noise);
}

}  // namespace

absl::StatusOr<VaePredictions> LoadModelPredictions(const std::string& path,
                                                    c10::Device device) {
  ANIMATE_ASSIGN_OR_RETURN(ModelBundle models,
                           LoadModelBundle(path, {.device = device}));
  ANIMATE_ASSIGN_OR_RETURN(
      DdimScheduler scheduler,
      DdimScheduler::Create(
          DdimConfigOf(models.noise_scheduler, PipelineOptions()),
          /*num_inference_steps=*/1));
  const auto predictor = std::make_shared<const Predictor>(
      Predictor{std::move(models), std::move(scheduler)});
  return [predictor](const TrainingClip& clip) -> absl::StatusOr<at::Tensor> {
    const ModelBundle& bundle = predictor->models;
    const StageBatchFormat format = {
        .image_size = static_cast<int>(bundle.image_encoder_config.image_size),
        .size_multiple = bundle.info.size_multiple};
    ANIMATE_ASSIGN_OR_RETURN(
        const StageBatch batch,
        MakeStageBatch({clip}, format, bundle.options.device));
    return PredictFrames(*predictor, batch, clip.seed);
  };
}

}  // namespace animate
