#include "engine/training/stage_check.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <cstdint>
#include <vector>

#include "engine/tensor/frames.h"
#include "engine/tensor/random.h"

namespace animate {
namespace {

constexpr uint64_t kNoiseSeed = 1;

at::Tensor MeanLatents(const ModelBundle& models, const at::Tensor& images) {
  return models.vae.Encode(images).mean * models.vae.scaling_factor();
}

double MeanSquare(const at::Tensor& difference) {
  return difference.square().mean().item<double>();
}

// What a batch of clips is predicted from.
struct Run {
  const ModelBundle& models;
  const DiffusionObjective& objective;
  at::Tensor latents;        // [R*F, C, h, w]: the truth
  at::Tensor noise;          // the same shape
  at::Tensor pose_features;  // [R, D, F, h, w]
  at::Tensor embeds;         // [R, 1, D]
  ReferenceFeatures reference;
};

// The error when clip i is told the reference of clip i + shift.
double ErrorWith(const Run& run, int64_t shift) {
  const int64_t clips = run.embeds.size(0);
  const int64_t frames = run.latents.size(0) / clips;
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < clips; ++i) rows.push_back((i + shift) % clips);
  const int64_t last = run.objective.num_train_timesteps() - 1;
  const std::vector<int64_t> timesteps(static_cast<size_t>(run.latents.size(0)),
                                       last);
  const at::Tensor noisy =
      run.objective.AddNoise(run.latents, run.noise, timesteps);
  const at::Tensor answer = run.models.denoising_unet.Forward(
      {.latents = UnfoldFrames(noisy, frames),
       .timesteps = at::scalar_tensor(last, noisy.options().dtype(at::kLong)),
       .encoder_hidden_states = run.embeds.roll({-shift}, {0}),
       .pose_features = run.pose_features,
       .reference = &run.reference,
       .reference_rows = rows});
  return MeanSquare(
      run.objective.PredictedLatents(FoldFrames(answer), noisy, timesteps) -
      run.latents);
}

}  // namespace

ReferenceCheck CheckReference(const ModelBundle& models,
                              const DiffusionObjective& objective,
                              const StageBatch& batch) {
  TORCH_CHECK(batch.clips >= 2, "references of ", batch.clips,
              " clips cannot be shuffled: want at least 2");
  const c10::InferenceMode inference;
  Run run = {.models = models, .objective = objective};
  run.latents = MeanLatents(models, batch.targets);
  run.noise =
      SeededNoise(run.latents.sizes(), kNoiseSeed, NoiseRecipe::kFloat32)
          .to(run.latents.device());
  run.pose_features = models.pose_guider.Forward(batch.poses);
  run.embeds = models.image_encoder.Forward(batch.pixel_values).unsqueeze(1);
  const at::Tensor references = MeanLatents(models, batch.references);
  run.reference = models.reference_unet.Forward(
      references, at::zeros({1}, references.options().dtype(at::kLong)),
      run.embeds);
  return {.right = ErrorWith(run, 0),
          .shuffled = ErrorWith(run, 1),
          .copied = MeanSquare(references.repeat_interleave(batch.frames, 0) -
                               run.latents)};
}

}  // namespace animate
