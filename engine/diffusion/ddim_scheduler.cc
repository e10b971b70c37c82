#include "engine/diffusion/ddim_scheduler.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <c10/util/BFloat16.h>
#include <c10/util/Exception.h>
#include <c10/util/Half.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace animate {
namespace {

// Scalars are fp32, as the reference's tables. Beside a 16-bit tensor on a CPU
// torch 2.0 rounds them to the tensor's type first; a GPU computes with fp32.
double RoundAsBeside(float scalar, const at::Tensor& tensor) {
  if (tensor.is_cpu() && tensor.scalar_type() == at::kHalf) {
    return static_cast<float>(c10::Half(scalar));
  }
  if (tensor.is_cpu() && tensor.scalar_type() == at::kBFloat16) {
    return static_cast<float>(c10::BFloat16(scalar));
  }
  return scalar;
}

absl::Status CheckBetas(const NoiseScheduleConfig& config) {
  const auto in_range = [](double beta) { return beta > 0.0 && beta < 1.0; };
  if (config.num_train_timesteps >= 2 && in_range(config.beta_start) &&
      in_range(config.beta_end)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "betas must be in (0, 1) and timesteps at least 2: got beta_start ",
      config.beta_start, ", beta_end ", config.beta_end,
      ", num_train_timesteps ", config.num_train_timesteps));
}

}  // namespace

absl::StatusOr<DdimScheduler> DdimScheduler::Create(const DdimConfig& config,
                                                    int num_inference_steps) {
  if (absl::Status status = CheckBetas(config.noise_schedule); !status.ok()) {
    return status;
  }
  const int num_train = config.noise_schedule.num_train_timesteps;
  if (num_inference_steps < 1 || num_inference_steps > num_train) {
    return absl::InvalidArgumentError(
        absl::StrCat("num_inference_steps must be in [1, ", num_train,
                     "]: got ", num_inference_steps));
  }
  DdimScheduler scheduler(config, {.num_train_timesteps = num_train,
                                   .num_inference_steps = num_inference_steps,
                                   .spacing = config.timestep_spacing,
                                   .steps_offset = config.steps_offset});
  for (const int timestep : scheduler.timesteps_) {
    if (timestep >= num_train || timestep < -num_train) {
      return absl::InvalidArgumentError(absl::StrCat(
          "timesteps must be below ", num_train, ": got ", timestep,
          "; is steps_offset ", config.steps_offset, " too large?"));
    }
    if (config.prediction_type == PredictionType::kEpsilon &&
        scheduler.AlphaCumprod(timestep) <= 0.0f) {
      return absl::InvalidArgumentError(absl::StrCat(
          "epsilon prediction needs some signal at every timestep: there is "
          "none at ",
          timestep));
    }
  }
  return scheduler;
}

DdimScheduler::DdimScheduler(const DdimConfig& config,
                             const TimestepConfig& timesteps)
    : prediction_type_(config.prediction_type),
      clip_sample_(config.clip_sample),
      timestep_config_(timesteps),
      alphas_cumprod_(MakeNoiseSchedule(config.noise_schedule).alphas_cumprod),
      timesteps_(InferenceTimesteps(timesteps)) {
  if (!config.set_alpha_to_one) final_alpha_cumprod_ = alphas_cumprod_[0];
  if (!config.keep_negative_timestep) {
    std::erase_if(timesteps_, [](int timestep) { return timestep < 0; });
  }
}

float DdimScheduler::AlphaCumprod(int timestep) const {
  const int size = static_cast<int>(alphas_cumprod_.size());
  const int index = timestep < 0 ? size + timestep : timestep;
  return alphas_cumprod_.at(static_cast<size_t>(index));
}

float DdimScheduler::PreviousAlphaCumprod(int timestep) const {
  const int previous = PreviousTimestep(timestep, timestep_config_);
  return previous >= 0 ? AlphaCumprod(previous) : final_alpha_cumprod_;
}

at::Tensor DdimScheduler::Step(const at::Tensor& model_output, int timestep,
                               const at::Tensor& sample) const {
  TORCH_CHECK(model_output.sizes() == sample.sizes(), "model_output is ",
              model_output.sizes(), ", sample is ", sample.sizes());
  const float alpha = AlphaCumprod(timestep);
  const float alpha_previous = PreviousAlphaCumprod(timestep);
  const auto root = [&sample](float value) {
    return RoundAsBeside(std::sqrt(value), sample);
  };

  at::Tensor original;
  at::Tensor noise;
  switch (prediction_type_) {
    case PredictionType::kEpsilon:
      original = (sample - model_output * root(1.0f - alpha)) / root(alpha);
      noise = model_output;
      break;
    case PredictionType::kVPrediction:
      original = sample * root(alpha) - model_output * root(1.0f - alpha);
      noise = model_output * root(alpha) + sample * root(1.0f - alpha);
      break;
    case PredictionType::kSample:
      original = model_output;
      noise = (sample - original * root(alpha)) / root(1.0f - alpha);
      break;
  }
  // The noise stays that of the unclipped estimate, as in diffusers.
  if (clip_sample_) original = original.clamp(-1.0, 1.0);
  return original * root(alpha_previous) + noise * root(1.0f - alpha_previous);
}

std::optional<DdimCoefficients> DdimScheduler::Coefficients(
    int timestep) const {
  if (clip_sample_) return std::nullopt;
  const double alpha = AlphaCumprod(timestep);
  const double alpha_previous = PreviousAlphaCumprod(timestep);
  const double signal = std::sqrt(alpha);
  const double noise = std::sqrt(1.0 - alpha);
  const double next_signal = std::sqrt(alpha_previous);
  const double next_noise = std::sqrt(1.0 - alpha_previous);
  switch (prediction_type_) {
    case PredictionType::kEpsilon:
      return DdimCoefficients{
          .sample = next_signal / signal,
          .model_output = next_noise - next_signal * noise / signal};
    case PredictionType::kVPrediction:
      return DdimCoefficients{
          .sample = next_signal * signal + next_noise * noise,
          .model_output = next_noise * signal - next_signal * noise};
    case PredictionType::kSample:
      return DdimCoefficients{
          .sample = next_noise / noise,
          .model_output = next_signal - next_noise * signal / noise};
  }
  return std::nullopt;
}

at::Tensor DdimScheduler::AddNoise(const at::Tensor& original,
                                   const at::Tensor& noise,
                                   const std::vector<int>& timesteps) const {
  TORCH_CHECK(original.sizes() == noise.sizes(), "original is ",
              original.sizes(), ", noise is ", noise.sizes());
  TORCH_CHECK(static_cast<int64_t>(timesteps.size()) == original.size(0),
              "there are ", timesteps.size(), " timesteps for ",
              original.size(0), " rows");
  std::vector<float> alphas;
  for (const int timestep : timesteps) {
    TORCH_CHECK(timestep >= 0, "timestep ", timestep, " is negative");
    alphas.push_back(AlphaCumprod(timestep));
  }
  std::vector<int64_t> per_row(static_cast<size_t>(original.dim()), 1);
  per_row[0] = original.size(0);
  // Rounded to the samples' type before the square roots, as diffusers does.
  const at::Tensor alpha =
      at::tensor(alphas).to(original.options()).view(per_row);
  return original * alpha.sqrt() + noise * (1 - alpha).sqrt();
}

}  // namespace animate
