#ifndef ANIMATE_ENGINE_SCHEDULE_NOISE_SCHEDULE_H_
#define ANIMATE_ENGINE_SCHEDULE_NOISE_SCHEDULE_H_

#include <vector>

namespace animate {

// How the variances grow between beta_start and beta_end: evenly, or as the
// squares of evenly growing standard deviations.
enum class BetaCurve { kLinear, kScaledLinear };

// The forward diffusion process. The defaults are those of the published
// inference configuration (inference_v2.yaml).
struct NoiseScheduleConfig {
  int num_train_timesteps = 1000;  // at least 2
  double beta_start = 0.00085;     // in (0, 1)
  double beta_end = 0.012;         // in (0, 1)
  BetaCurve beta_curve = BetaCurve::kLinear;

  // Shifts and scales the schedule so that the last step is pure noise
  // (alphas_cumprod ends in exactly 0): Lin et al. 2023, algorithm 1,
  // https://arxiv.org/abs/2305.08891.
  bool rescale_betas_zero_snr = true;
};

// Variances of the forward process, indexed by training timestep.
struct NoiseSchedule {
  std::vector<float> betas;
  std::vector<float> alphas_cumprod;  // products of (1 - beta), descending
};

// Computes the schedule with diffusers' roundings: every table is stored in
// fp32, products accumulate in double and are rounded at each entry. What
// remains against recorded tables is at most 4e-7 in alphas_cumprod, because
// the reference takes square roots from a vector library that is not
// correctly rounded and differs between processors.
// REQUIRES the ranges stated in NoiseScheduleConfig.
NoiseSchedule MakeNoiseSchedule(const NoiseScheduleConfig& config);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SCHEDULE_NOISE_SCHEDULE_H_
