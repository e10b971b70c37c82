#ifndef ANIMATE_ENGINE_DIFFUSION_DDIM_SCHEDULER_H_
#define ANIMATE_ENGINE_DIFFUSION_DDIM_SCHEDULER_H_

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/schedule/noise_schedule.h"
#include "engine/schedule/timesteps.h"

namespace animate {

// What the network predicts: the noise, v = sqrt(a) noise - sqrt(1-a) x0
// (Salimans & Ho 2022, https://arxiv.org/abs/2202.00512), or the clean sample
// x0 itself.
enum class PredictionType { kEpsilon, kVPrediction, kSample };

// The defaults are those of the published inference configuration
// (inference_v2.yaml), in diffusers' words.
struct DdimConfig {
  NoiseScheduleConfig noise_schedule;
  TimestepSpacing timestep_spacing = TimestepSpacing::kTrailing;
  int steps_offset = 1;  // of kLeading spacing; ignored by the others
  PredictionType prediction_type = PredictionType::kVPrediction;

  // Limits the estimate of the clean sample to [-1, 1] at every step; for
  // models of pixels, wrong for latents.
  bool clip_sample = false;

  // A step to before timestep 0 arrives at no noise at all; false: at the
  // noise of timestep 0.
  bool set_alpha_to_one = true;

  // Keeps the extra last timestep of -1 that trailing spacing yields for 61,
  // 103, 121, … steps. The reference keeps it, and as it indexes its tables
  // from the end replaces the finished picture by the network's output; hence
  // off.
  bool keep_negative_timestep = false;
};

// One step as a sum: sample * `sample` + model_output * `model_output`.
struct DdimCoefficients {
  double sample = 1.0;
  double model_output = 0.0;
};

// Deterministic DDIM sampling (eta = 0): Song et al. 2021, eq. 12,
// https://arxiv.org/abs/2010.02502. Matches diffusers' DDIMScheduler 0.24 to
// 1e-5 in fp32; see ddim_scheduler_test.cc. Immutable; safe to share.
class DdimScheduler {
 public:
  // Returns INVALID_ARGUMENT unless num_inference_steps is in
  // [1, num_train_timesteps], the betas are in (0, 1) and the predicted
  // quantity is defined at every timestep (epsilon is not where the signal
  // has vanished).
  static absl::StatusOr<DdimScheduler> Create(const DdimConfig& config,
                                              int num_inference_steps);

  // Timesteps in the order of denoising.
  const std::vector<int>& timesteps() const { return timesteps_; }

  // Products of (1 - beta), indexed by training timestep.
  const std::vector<float>& alphas_cumprod() const { return alphas_cumprod_; }

  // Returns the sample one step less noisy than `sample`.
  //   model_output, sample: any equal shape, dtype and device.
  //   timestep: an element of timesteps().
  at::Tensor Step(const at::Tensor& model_output, int timestep,
                  const at::Tensor& sample) const;

  // Returns what Step multiplies its arguments by, in double from the fp32
  // tables: the whole step in one pass over the latents, which differs from
  // Step by rounding only. Unset with clip_sample, which is not linear.
  //   timestep: an element of timesteps().
  std::optional<DdimCoefficients> Coefficients(int timestep) const;

  // Returns sqrt(a_t) original + sqrt(1 - a_t) noise, the forward process.
  //   original, noise: [B, …], equal shape, dtype and device.
  //   timesteps: B elements in [0, num_train_timesteps).
  at::Tensor AddNoise(const at::Tensor& original, const at::Tensor& noise,
                      const std::vector<int>& timesteps) const;

 private:
  DdimScheduler(const DdimConfig& config, const TimestepConfig& timesteps);

  // The product at `timestep`; a negative one counts from the end.
  float AlphaCumprod(int timestep) const;

  // The product at which a step from `timestep` arrives.
  float PreviousAlphaCumprod(int timestep) const;

  PredictionType prediction_type_;
  bool clip_sample_;
  TimestepConfig timestep_config_;
  float final_alpha_cumprod_ = 1.0f;
  std::vector<float> alphas_cumprod_;
  std::vector<int> timesteps_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_DIFFUSION_DDIM_SCHEDULER_H_
