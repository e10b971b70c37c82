#ifndef ANIMATE_ENGINE_TRAINING_DIFFUSION_OBJECTIVE_H_
#define ANIMATE_ENGINE_TRAINING_DIFFUSION_OBJECTIVE_H_

#include <cstdint>
#include <vector>

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"
#include "engine/diffusion/ddim_scheduler.h"
#include "engine/training/stage_options.h"

namespace animate {

// What a denoising network is asked for in training: to see latents through
// noise and to name the noise, the latents, or v. The paper's plain squared
// error, or weighted as the public implementation does (Hang et al. 2023,
// https://arxiv.org/abs/2303.09556, with min(SNR + 1, gamma) / (SNR + 1), which
// is 1 where the signal has vanished). Immutable; safe to share.
class DiffusionObjective {
 public:
  // INVALID_ARGUMENT for settings outside the ranges that DiffusionOptions
  // states, and for the prediction of noise where the signal vanishes.
  static absl::StatusOr<DiffusionObjective> Create(
      const DiffusionOptions& options);

  // Draws a timestep in [0, num_train_timesteps).
  int64_t DrawTimestep(at::Generator& generator) const;

  // Draws the noise of frames [F, C, h, w] of one clip on the CPU: standard
  // normal, each frame's own or the same for all (shared_noise), plus the
  // offset, which all frames and cells of a channel share.
  at::Tensor DrawNoise(at::IntArrayRef shape, at::Generator& generator) const;

  // Draws whether a row is rolled out (DiffusionOptions::rollout).
  bool DrawRollout(at::Generator& generator) const;

  // Returns sqrt(a_t) latents + sqrt(1 - a_t) noise. latents, noise: [N, ...],
  // float32; timesteps: N of them.
  at::Tensor AddNoise(const at::Tensor& latents, const at::Tensor& noise,
                      const std::vector<int64_t>& timesteps) const;

  // Returns what the network should answer: shapes as in AddNoise.
  at::Tensor Target(const at::Tensor& latents, const at::Tensor& noise,
                    const std::vector<int64_t>& timesteps) const;

  // Returns the latents that an answer to `noisy` amounts to.
  at::Tensor PredictedLatents(const at::Tensor& answer, const at::Tensor& noisy,
                              const std::vector<int64_t>& timesteps) const;

  // Returns the noise with which `latents` look as `estimate` does with
  // `noise`: noise + sqrt(a_t / (1 - a_t)) (estimate - latents). Shapes as in
  // AddNoise.
  at::Tensor NoiseOfEstimate(const at::Tensor& latents,
                             const at::Tensor& estimate,
                             const at::Tensor& noise,
                             const std::vector<int64_t>& timesteps) const;

  // Returns the mean squared error of each row times its weight, float32 [N].
  at::Tensor Loss(const at::Tensor& answer, const at::Tensor& target,
                  const std::vector<double>& weights) const;

  // How much a row counts at a timestep.
  double Weight(int64_t timestep) const;

  // The weight that makes of an answer's squared error that of the latents: for
  // rows that are rolled out, whose noise is of any size. Not for kEpsilon.
  double LatentWeight(int64_t timestep) const;

  int64_t num_train_timesteps() const {
    return static_cast<int64_t>(alphas_cumprod_.size());
  }

 private:
  DiffusionObjective(const DiffusionOptions& options,
                     std::vector<float> alphas_cumprod)
      : options_(options), alphas_cumprod_(std::move(alphas_cumprod)) {}

  // sqrt(a_t) and sqrt(1 - a_t) of each row, shaped to multiply `like`.
  struct Scales {
    at::Tensor signal;
    at::Tensor noise;
  };
  Scales ScalesOf(const at::Tensor& like,
                  const std::vector<int64_t>& timesteps) const;

  DiffusionOptions options_;
  std::vector<float> alphas_cumprod_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_DIFFUSION_OBJECTIVE_H_
