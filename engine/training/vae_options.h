#ifndef ANIMATE_ENGINE_TRAINING_VAE_OPTIONS_H_
#define ANIMATE_ENGINE_TRAINING_VAE_OPTIONS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "engine/model/model_config.h"

namespace animate {

enum class VaeTrainedPart {
  kAll,
  // decoder and post_quant_conv: the latents, and UNets that were trained on
  // them, stay valid.
  kDecoder,
};

// What is trained of a VAE, from where, on what. Defaults are those of the
// demo's first run (docs/training.md).
struct VaeTaskOptions {
  // Where the weights come from: a folder to go on from (see ReadVae), a folder
  // of a VAE with a level less to grow from (see GrowVae), or with neither
  // chance.
  std::string init_folder;
  std::string grow_from;
  uint64_t init_seed = 1;
  double initial_logvar = -6.0;  // of new posteriors, [-12, 6]

  // The network; with `init_folder` that of the folder. Factor 4.
  VaeConfig config = {.latent_channels = 8,
                      .block_out_channels = {16, 32, 64},
                      .layers_per_block = 1,
                      .norm_num_groups = 1};
  VaeTrainedPart trained_part = VaeTrainedPart::kAll;

  // Of each clip, so many crops are drawn from its pictures (the reference is
  // one of them): size in pixels, multiples of the spatial factor, or 0 for
  // whole pictures.
  int crop_width = 32;
  int crop_height = 32;
  int crops_per_clip = 4;  // [1, 1024]
  // Each is the one with most contrast among so many, as most of a picture is
  // background: [1, 64].
  int crop_candidates = 1;

  // The loss: mean absolute error, and so much of
  double gradient_weight = 0.5;  // the absolute error of x- and y-differences,
  double mse_weight = 2.0;       // the squared error,
  double kl_weight = 1e-5;  // the mean divergence of the posterior; all >= 0

  // With kDecoder: the standard deviation of noise added to the latents, in the
  // units of the UNets; and the probability that a clip is trained on what a
  // UNet predicts instead of on its own latents (see VaePredictions). [0, 1].
  double latent_noise = 0.0;
  double predicted_fraction = 0.0;

  std::string device = "cpu";  // see ParseDevice

  // Pictures that a contact sheet shows of each clip at most; >= 1.
  int sheet_pictures = 4;

  // INVALID_ARGUMENT that names the first field out of its range.
  absl::Status Validate() const;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_VAE_OPTIONS_H_
