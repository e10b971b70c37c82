#ifndef ANIMATE_ENGINE_TRAINING_VAE_TASK_H_
#define ANIMATE_ENGINE_TRAINING_VAE_TASK_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/model/autoencoder_kl.h"
#include "engine/training/training_task.h"
#include "engine/training/vae_crops.h"
#include "engine/training/vae_files.h"
#include "engine/training/vae_options.h"

namespace animate {

// Returns what a UNet makes of each frame of `clip`, from the clip alone and by
// its seed: latents [frames, latent_channels, h, w] in the units of the UNets
// (times scaling_factor), on any device.
using VaePredictions =
    std::function<absl::StatusOr<at::Tensor>(const TrainingClip& clip)>;

// Trains an autoencoder, or its decoder alone, to give pictures back (Rombach
// et al. 2022, https://arxiv.org/abs/2112.10752) without judging networks:
// absolute error, that of differences between neighbours, squared error, and a
// little divergence. The folders it writes hold one more thing: the mean of the
// latents is folded into quant_conv and post_quant_conv and their scale into
// scaling_factor, so that latents times scaling_factor are centred and of unit
// variance. Thread-compatible.
class VaeTask final : public TrainingTask {
 public:
  // `statistics_clips`: of which mean and scale of the latents are measured
  // whenever a folder is written; at least one unless only the decoder is
  // trained. `predictions`: what predicted_fraction of the clips are trained
  // on. INVALID_ARGUMENT for options out of range and for missing predictions;
  // the errors of ReadVae, GrowVae and ParseDevice.
  static absl::StatusOr<std::unique_ptr<VaeTask>> Create(
      VaeTaskOptions options, std::vector<TrainingClip> statistics_clips,
      VaePredictions predictions = nullptr);

  const VaeConfig& config() const { return config_; }

  const StateDict& trained() const override { return trained_; }

  // Details: l1, gradient, mse, kl (absent for the decoder alone), psnr.
  absl::StatusOr<TaskLoss> Loss(
      const std::vector<TrainingClip>& batch) override;

  // Writes <path>/sd-vae-ft-mse alone: a part of a model folder.
  absl::Status WriteModel(const std::string& path,
                          const StateDict& weights) const override;

  // Shows each picture beside its reconstruction.
  absl::StatusOr<RgbImage> ContactSheet(
      const std::vector<TrainingClip>& clips,
      const StateDict& weights) const override;

 private:
  struct Sample {
    at::Tensor image;    // [N, 3, H, W]
    at::Tensor noise;    // [N, C, h, w], standard normal
    at::Tensor latents;  // [N, C, h, w] to decode instead of encoding `image`
  };

  VaeTask(VaeTaskOptions options, const VaeModel& model, c10::Device device,
          std::vector<TrainingClip> statistics_clips,
          VaePredictions predictions);

  absl::StatusOr<Sample> Draw(const TrainingClip& clip) const;
  absl::StatusOr<at::Tensor> PredictedLatents(
      const TrainingClip& clip, const std::vector<VaeCrop>& crops) const;
  TaskLoss LossOf(const std::vector<Sample>& samples) const;
  at::Tensor DecoderLatents(const Sample& sample) const;

  // The network's weights with `weights` in place of the trained ones.
  StateDict Merged(const StateDict& weights) const;

  const VaeTaskOptions options_;
  const VaeConfig config_;
  const c10::Device device_;
  const std::vector<TrainingClip> statistics_clips_;
  const VaePredictions predictions_;
  Parameters parameters_;
  StateDict trained_;
  AutoencoderKL vae_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_VAE_TASK_H_
