#include "engine/training/diffusion_objective.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <c10/util/Exception.h>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

absl::Status Check(bool holds, absl::string_view field,
                   absl::string_view message) {
  return holds ? absl::OkStatus() : FieldError(field, message, "BAD_CONFIG");
}

absl::Status CheckOptions(const DiffusionOptions& options) {
  const TimestepMixture& mixture = options.timesteps;
  ANIMATE_RETURN_IF_ERROR(Check(
      mixture.last >= 0 && mixture.high >= 0 &&
          mixture.last + mixture.high <= 1,
      "timesteps", "probabilities must be at least 0 and at most 1 together"));
  ANIMATE_RETURN_IF_ERROR(
      Check(mixture.high_from >= 0 &&
                mixture.high_from < options.noise_schedule.num_train_timesteps,
            "timesteps.high_from", "must be a timestep"));
  ANIMATE_RETURN_IF_ERROR(
      Check(options.noise_offset >= 0, "noise_offset", "must not be negative"));
  ANIMATE_RETURN_IF_ERROR(
      Check(options.shared_noise >= 0 && options.shared_noise <= 1,
            "shared_noise", "must be a probability"));
  ANIMATE_RETURN_IF_ERROR(Check(options.rollout >= 0 && options.rollout <= 1,
                                "rollout", "must be a probability"));
  ANIMATE_RETURN_IF_ERROR(
      Check(options.rollout == 0 ||
                options.prediction_type != PredictionType::kEpsilon,
            "rollout", "is not defined for prediction_type epsilon"));
  return Check(options.snr_gamma == 0 || options.snr_gamma >= 1, "snr_gamma",
               "must be 0 (no weights) or at least 1");
}

at::Tensor PerRow(const std::vector<double>& values, const at::Tensor& like) {
  std::vector<int64_t> shape(static_cast<size_t>(like.dim()), 1);
  shape[0] = static_cast<int64_t>(values.size());
  return at::tensor(values).to(like.device(), at::kFloat).view(shape);
}

}  // namespace

absl::StatusOr<DiffusionObjective> DiffusionObjective::Create(
    const DiffusionOptions& options) {
  // The sampler knows which schedules there are, and where noise is defined.
  ANIMATE_ASSIGN_OR_RETURN(
      const DdimScheduler scheduler,
      DdimScheduler::Create({.noise_schedule = options.noise_schedule,
                             .prediction_type = options.prediction_type},
                            /*num_inference_steps=*/1));
  ANIMATE_RETURN_IF_ERROR(CheckOptions(options));
  return DiffusionObjective(options, scheduler.alphas_cumprod());
}

int64_t DiffusionObjective::DrawTimestep(at::Generator& generator) const {
  // Of the same number of draws whatever they decide.
  const at::Tensor drawn = at::rand({2}, generator, at::kDouble);
  const double choice = drawn[0].item<double>();
  const double place = drawn[1].item<double>();
  const int64_t count = num_train_timesteps();
  const TimestepMixture& mixture = options_.timesteps;
  if (choice < mixture.last) return count - 1;
  const int64_t from =
      choice < mixture.last + mixture.high ? mixture.high_from : 0;
  const auto offset =
      static_cast<int64_t>(place * static_cast<double>(count - from));
  return std::min(from + offset, count - 1);
}

at::Tensor DiffusionObjective::DrawNoise(at::IntArrayRef shape,
                                         at::Generator& generator) const {
  TORCH_CHECK(shape.size() == 4, "noise is drawn for frames: got ", shape);
  at::Tensor noise = at::randn(shape, generator, at::kFloat);
  if (options_.shared_noise > 0 &&
      at::rand({}, generator, at::kDouble).item<double>() <
          options_.shared_noise) {
    noise = noise.narrow(0, 0, 1).repeat({shape[0], 1, 1, 1});
  }
  if (options_.noise_offset == 0) return noise;
  const at::Tensor offset =
      at::randn({1, shape[1], 1, 1}, generator, at::kFloat);
  return noise.add_(offset, options_.noise_offset);
}

bool DiffusionObjective::DrawRollout(at::Generator& generator) const {
  return at::rand({}, generator, at::kDouble).item<double>() < options_.rollout;
}

DiffusionObjective::Scales DiffusionObjective::ScalesOf(
    const at::Tensor& like, const std::vector<int64_t>& timesteps) const {
  TORCH_CHECK(like.size(0) == static_cast<int64_t>(timesteps.size()),
              timesteps.size(), " timesteps for ", like.size(0), " rows");
  std::vector<double> signal;
  std::vector<double> noise;
  for (const int64_t timestep : timesteps) {
    const double alpha = alphas_cumprod_.at(static_cast<size_t>(timestep));
    signal.push_back(std::sqrt(alpha));
    noise.push_back(std::sqrt(1.0 - alpha));
  }
  return {.signal = PerRow(signal, like), .noise = PerRow(noise, like)};
}

at::Tensor DiffusionObjective::AddNoise(
    const at::Tensor& latents, const at::Tensor& noise,
    const std::vector<int64_t>& timesteps) const {
  const Scales scales = ScalesOf(latents, timesteps);
  return latents * scales.signal + noise * scales.noise;
}

at::Tensor DiffusionObjective::Target(
    const at::Tensor& latents, const at::Tensor& noise,
    const std::vector<int64_t>& timesteps) const {
  switch (options_.prediction_type) {
    case PredictionType::kEpsilon:
      return noise;
    case PredictionType::kSample:
      return latents;
    case PredictionType::kVPrediction:
      break;
  }
  const Scales scales = ScalesOf(latents, timesteps);
  return noise * scales.signal - latents * scales.noise;
}

at::Tensor DiffusionObjective::PredictedLatents(
    const at::Tensor& answer, const at::Tensor& noisy,
    const std::vector<int64_t>& timesteps) const {
  const Scales scales = ScalesOf(noisy, timesteps);
  switch (options_.prediction_type) {
    case PredictionType::kEpsilon:
      return (noisy - answer * scales.noise) / scales.signal;
    case PredictionType::kSample:
      return answer;
    case PredictionType::kVPrediction:
      break;
  }
  return noisy * scales.signal - answer * scales.noise;
}

at::Tensor DiffusionObjective::NoiseOfEstimate(
    const at::Tensor& latents, const at::Tensor& estimate,
    const at::Tensor& noise, const std::vector<int64_t>& timesteps) const {
  const Scales scales = ScalesOf(latents, timesteps);
  return noise + (estimate - latents) * (scales.signal / scales.noise);
}

double DiffusionObjective::Weight(int64_t timestep) const {
  if (options_.snr_gamma == 0) return 1.0;
  const double alpha = alphas_cumprod_.at(static_cast<size_t>(timestep));
  // SNR + 1 = 1 / (1 - a), which is infinite where there is no noise.
  return std::min(1.0, options_.snr_gamma * (1.0 - alpha));
}

double DiffusionObjective::LatentWeight(int64_t timestep) const {
  TORCH_CHECK(options_.prediction_type != PredictionType::kEpsilon,
              "errors of noise are not those of latents");
  if (options_.prediction_type == PredictionType::kSample) return 1.0;
  return 1.0 - alphas_cumprod_.at(static_cast<size_t>(timestep));
}

at::Tensor DiffusionObjective::Loss(const at::Tensor& answer,
                                    const at::Tensor& target,
                                    const std::vector<double>& weights) const {
  const at::Tensor error = answer.to(at::kFloat) - target.to(at::kFloat);
  const at::Tensor losses = error.square().flatten(1).mean(1);
  return losses * PerRow(weights, losses);
}

}  // namespace animate
