#include "engine/training/stage_task.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>

#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/tensor/device.h"
#include "engine/tensor/torch_status.h"
#include "engine/training/sample_seed.h"
#include "engine/training/stage_check.h"
#include "engine/training/stage_init.h"
#include "engine/training/stage_sheet.h"

namespace animate {
namespace {

// What a clip's seed is drawn from for, so that more of one leaves the others
// as they are.
enum class Purpose : uint64_t {
  kDropout,
  kTimesteps,
  kNoise,
  kTargetLatents,
  kReferenceLatents,
  kRollout,
};

at::Generator StageRandom(const TrainingClip& clip, Purpose purpose) {
  return at::make_generator<at::CPUGeneratorImpl>(
      MixSeeds(clip.seed, static_cast<uint64_t>(purpose)));
}

// Samples of the latents of `images`, scaled as the UNets see them; `images`
// has as many pictures for each of `clips`, one clip's after another's.
at::Tensor SampleLatents(const AutoencoderKL& vae, const at::Tensor& images,
                         const std::vector<TrainingClip>& clips,
                         Purpose purpose) {
  const c10::NoGradGuard no_grad;
  const LatentDistribution latents = vae.Encode(images);
  std::vector<int64_t> shape = latents.mean.sizes().vec();
  shape[0] /= static_cast<int64_t>(clips.size());
  std::vector<at::Tensor> noise;
  for (const TrainingClip& clip : clips) {
    at::Generator random = StageRandom(clip, purpose);
    noise.push_back(at::randn(shape, random, at::kFloat));
  }
  const at::Tensor deviation = (latents.logvar.to(at::kFloat) * 0.5).exp();
  return (latents.mean.to(at::kFloat) +
          deviation * at::cat(noise).to(images.device())) *
         vae.scaling_factor();
}

absl::Status CheckStageOptions(const StageTaskOptions& options) {
  if (options.condition_dropout < 0 || options.condition_dropout >= 1) {
    return FieldError("condition_dropout", "must be in [0, 1)", "BAD_CONFIG");
  }
  if (options.sheet_steps < 1 || options.sheet_frames < 1) {
    return FieldError("sheet_steps", "and sheet_frames must be at least 1",
                      "BAD_CONFIG");
  }
  if (options.stage == TrainingStage::kMotion && options.init.model.empty()) {
    return FieldError("init.model",
                      "must name a model of the first stage to train the "
                      "second on",
                      "BAD_CONFIG");
  }
  return absl::OkStatus();
}

absl::Status CheckTrainsEncoder(const StageTaskOptions& options,
                                const StageWeights& weights) {
  if (!options.train_image_encoder || weights.new_image_encoder) {
    return absl::OkStatus();
  }
  return FieldError("train_image_encoder",
                    "trains only an image encoder that is new or that a "
                    "training from scratch has written",
                    "BAD_CONFIG");
}

// What the options set, and what the model that was begun with said else.
SamplingConfig SamplingOf(const StageTaskOptions& options,
                          const StageWeights& weights) {
  SamplingConfig sampling = weights.config.sampling;
  const auto take = [](const auto& from, auto& to) {
    if (from.has_value()) to = from;
  };
  take(options.sampling.num_inference_steps, sampling.num_inference_steps);
  take(options.sampling.guidance_scale, sampling.guidance_scale);
  take(options.sampling.noise, sampling.noise);
  take(options.sampling.context_schedule, sampling.context_schedule);
  take(options.sampling.context_frames, sampling.context_frames);
  take(options.sampling.context_overlap, sampling.context_overlap);
  take(options.sampling.beta_schedule, sampling.beta_schedule);
  take(options.sampling.width, sampling.width);
  take(options.sampling.height, sampling.height);
  return sampling;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StageTask>> StageTask::Create(
    const StageTaskOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckStageOptions(options));
  ANIMATE_ASSIGN_OR_RETURN(DiffusionObjective objective,
                           DiffusionObjective::Create(options.diffusion));
  ANIMATE_ASSIGN_OR_RETURN(const c10::Device device,
                           ParseDevice(options.device));
  ANIMATE_ASSIGN_OR_RETURN(const c10::ScalarType dtype,
                           ParseDtype(options.weights_dtype, device));
  ANIMATE_ASSIGN_OR_RETURN(StageWeights weights,
                           LoadStageWeights(options, device));
  ANIMATE_RETURN_IF_ERROR(CheckTrainsEncoder(options, weights));
  return CallTorch("build networks", [&] {
    return std::unique_ptr<StageTask>(new StageTask(
        options, std::move(objective), std::move(weights), device, dtype));
  });
}

StageTask::StageTask(const StageTaskOptions& options,
                     DiffusionObjective objective, StageWeights weights,
                     c10::Device device, c10::ScalarType dtype)
    : options_(options),
      objective_(std::move(objective)),
      device_(device),
      dtype_(dtype),
      weights_(std::move(weights)),
      trained_(MakeTrainable(options_, weights_)),
      networks_(BuildStageNetworks(options_, weights_)) {}

StageBatchFormat StageTask::format() const {
  return {
      .image_size = static_cast<int>(weights_.config.image_encoder.image_size),
      .size_multiple = static_cast<int>(weights_.config.vae.spatial_factor())};
}

absl::StatusOr<TaskLoss> StageTask::Loss(
    const std::vector<TrainingClip>& batch) {
  ANIMATE_ASSIGN_OR_RETURN(const StageBatch pictures,
                           MakeStageBatch(batch, format(), device_));
  return LossOf(batch, pictures);
}

TaskLoss StageTask::LossOf(const std::vector<TrainingClip>& clips,
                           const StageBatch& batch) const {
  const at::Tensor latents = SampleLatents(networks_.vae, batch.targets, clips,
                                           Purpose::kTargetLatents);
  const Draws draws = DrawFrames(clips, batch.frames);
  const std::vector<int64_t>& timesteps = draws.timesteps;
  const Steering steering = Steer(clips, batch);
  const at::Tensor noise =
      RollOut(steering, latents,
              DrawNoise(clips, latents.sizes().slice(1), batch.frames), draws);
  const at::Tensor noisy = objective_.AddNoise(latents, noise, timesteps);
  const at::Tensor target = objective_.Target(latents, noise, timesteps);
  const at::Tensor answer = Predict(steering, noisy, timesteps);

  TaskLoss result;
  result.loss = objective_.Loss(answer, target, Weights(draws)).mean();
  const c10::NoGradGuard no_grad;
  result.details = Details(
      (answer.to(at::kFloat) - target).square().flatten(1).mean(1), draws);
  return result;
}

std::vector<double> StageTask::Weights(const Draws& draws) const {
  std::vector<double> weights;
  for (size_t i = 0; i < draws.timesteps.size(); ++i) {
    const int64_t timestep = draws.timesteps[i];
    weights.push_back(draws.rollouts[i] ? objective_.LatentWeight(timestep)
                                        : objective_.Weight(timestep));
  }
  return weights;
}

std::map<std::string, double> StageTask::Details(const at::Tensor& errors,
                                                 const Draws& draws) const {
  struct Mean {
    double sum = 0;
    int64_t count = 0;
    void Add(double value) {
      sum += value;
      ++count;
    }
  };
  std::map<std::string, Mean> means;
  const at::Tensor on_cpu = errors.to(at::kDouble).cpu();
  for (size_t i = 0; i < draws.timesteps.size(); ++i) {
    const int64_t timestep = draws.timesteps[i];
    const double error = on_cpu[static_cast<int64_t>(i)].item<double>();
    if (draws.rollouts[i]) {
      means["mse_rollout"].Add(error * objective_.LatentWeight(timestep));
      continue;
    }
    means["mse"].Add(error);
    if (timestep + 1 == objective_.num_train_timesteps()) {
      means["mse_last"].Add(error);
    }
  }
  std::map<std::string, double> details;
  for (const auto& [name, mean] : means) {
    details[name] = mean.sum / static_cast<double>(mean.count);
  }
  return details;
}

StageTask::Draws StageTask::DrawFrames(const std::vector<TrainingClip>& clips,
                                       int64_t frames) const {
  Draws draws;
  for (const TrainingClip& clip : clips) {
    at::Generator of_timesteps = StageRandom(clip, Purpose::kTimesteps);
    at::Generator of_rollouts = StageRandom(clip, Purpose::kRollout);
    int64_t timestep = 0;
    bool rollout = false;
    for (int64_t frame = 0; frame < frames; ++frame) {
      if (frame == 0 || options_.stage == TrainingStage::kImage) {
        timestep = objective_.DrawTimestep(of_timesteps);
        rollout = objective_.DrawRollout(of_rollouts) &&
                  timestep + 1 < objective_.num_train_timesteps();
      }
      draws.timesteps.push_back(timestep);
      draws.rollouts.push_back(rollout);
    }
  }
  return draws;
}

at::Tensor StageTask::DrawNoise(const std::vector<TrainingClip>& clips,
                                at::IntArrayRef frame_shape,
                                int64_t frames) const {
  // Frames share the offset where they are a clip, not where each is alone.
  const bool alone = options_.stage == TrainingStage::kImage;
  std::vector<int64_t> shape = {alone ? 1 : frames};
  shape.insert(shape.end(), frame_shape.begin(), frame_shape.end());
  std::vector<at::Tensor> noise;
  for (const TrainingClip& clip : clips) {
    at::Generator random = StageRandom(clip, Purpose::kNoise);
    for (int64_t frame = 0; frame < frames; frame += shape[0]) {
      noise.push_back(objective_.DrawNoise(shape, random));
    }
  }
  return at::cat(noise).to(device_);
}

KeptReferences StageTask::KeptOf(const std::vector<TrainingClip>& clips,
                                 const StageBatch& batch) const {
  KeptReferences kept;
  std::vector<TrainingClip> seeds;
  for (size_t i = 0; i < clips.size(); ++i) {
    at::Generator random = StageRandom(clips[i], Purpose::kDropout);
    const double drawn = at::rand({1}, random, at::kDouble).item<double>();
    if (drawn < options_.condition_dropout) continue;
    kept.clips.push_back(static_cast<int64_t>(i));
    seeds.push_back({.seed = clips[i].seed});
  }
  if (kept.clips.empty()) return kept;
  const at::Tensor rows = at::tensor(kept.clips).to(device_);
  kept.pixel_values = batch.pixel_values.index_select(0, rows);
  kept.latents =
      SampleLatents(networks_.vae, batch.references.index_select(0, rows),
                    seeds, Purpose::kReferenceLatents);
  return kept;
}

StageTask::Steering StageTask::Steer(const std::vector<TrainingClip>& clips,
                                     const StageBatch& batch) const {
  // The motion stage trains nothing of what conditions are made by.
  const c10::AutoGradMode gradients(c10::GradMode::is_enabled() &&
                                    options_.stage == TrainingStage::kImage);
  return {.conditions = EncodeStageConditions(networks_, batch.clips,
                                              KeptOf(clips, batch)),
          .pose_features = networks_.pose_guider.Forward(batch.poses)};
}

at::Tensor StageTask::Predict(const Steering& steering, const at::Tensor& noisy,
                              const std::vector<int64_t>& timesteps) const {
  return PredictStage(networks_,
                      {.noisy = noisy,
                       .timesteps = timesteps,
                       .pose_features = steering.pose_features},
                      steering.conditions);
}

at::Tensor StageTask::RollOut(const Steering& steering,
                              const at::Tensor& latents,
                              const at::Tensor& noise,
                              const Draws& draws) const {
  std::vector<int64_t> rows;
  for (size_t i = 0; i < draws.rollouts.size(); ++i) {
    if (draws.rollouts[i]) rows.push_back(static_cast<int64_t>(i));
  }
  if (rows.empty()) return noise;
  const c10::NoGradGuard no_grad;
  // The first step of sampling, for all frames: those of a clip see each other.
  const std::vector<int64_t> last(draws.timesteps.size(),
                                  objective_.num_train_timesteps() - 1);
  const at::Tensor noisy = objective_.AddNoise(latents, noise, last);
  const at::Tensor answer = Predict(steering, noisy, last);
  const at::Tensor rolled_out = objective_.NoiseOfEstimate(
      latents, objective_.PredictedLatents(answer.to(at::kFloat), noisy, last),
      noise, draws.timesteps);
  const at::Tensor index = at::tensor(rows).to(device_);
  return noise.index_copy(0, index, rolled_out.index_select(0, index));
}

absl::Status StageTask::WriteModel(const std::string& path,
                                   const StateDict& weights) const {
  return WriteStageModel(path, WithTrained(weights_, weights),
                         SamplingOf(options_, weights_), dtype_);
}

absl::StatusOr<RgbImage> StageTask::ContactSheet(
    const std::vector<TrainingClip>& clips, const StateDict& weights) const {
  return CallTorch("contact sheet", [&] {
    return DrawStageSheet(
        BundleOf(WithTrained(weights_, weights),
                 options_.stage == TrainingStage::kMotion
                     ? MotionModules::kPresent
                     : MotionModules::kNone,
                 device_),
        clips,
        {.steps = options_.sheet_steps, .max_frames = options_.sheet_frames});
  });
}

absl::StatusOr<std::map<std::string, double>> StageTask::Validate(
    const std::vector<TrainingClip>& clips, const StateDict& weights) const {
  ANIMATE_ASSIGN_OR_RETURN(const StageBatch batch,
                           MakeStageBatch(clips, format(), device_));
  ANIMATE_ASSIGN_OR_RETURN(
      const ReferenceCheck check,
      CallTorch("validate", [&]() -> absl::StatusOr<ReferenceCheck> {
        return CheckReference(BundleOf(WithTrained(weights_, weights),
                                       options_.stage == TrainingStage::kMotion
                                           ? MotionModules::kPresent
                                           : MotionModules::kNone,
                                       device_),
                              objective_, batch);
      }));
  return std::map<std::string, double>{{"reference_right", check.right},
                                       {"reference_shuffled", check.shuffled},
                                       {"reference_copied", check.copied}};
}

}  // namespace animate
