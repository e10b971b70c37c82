#ifndef ANIMATE_ENGINE_TRAINING_VAE_LATENTS_H_
#define ANIMATE_ENGINE_TRAINING_VAE_LATENTS_H_

#include <ATen/core/Tensor.h>

#include <vector>

#include "engine/model/autoencoder_kl.h"
#include "engine/tensor/parameters.h"

namespace animate {

// Of the means of the posterior, over pictures and places.
struct LatentStatistics {
  at::Tensor mean;  // [latent_channels], float32 on the CPU
  // The root of the variance around `mean`, averaged over the channels; > 0.
  double deviation = 1.0;
};

// Encodes `pictures`, each [N, 3, H, W] in [-1, 1] and at least one, without
// gradients.
LatentStatistics MeasureLatents(const AutoencoderKL& vae,
                                const std::vector<at::Tensor>& pictures);

// Moves the latents of a VAE with these weights by -mean and the decoder with
// them: new tensors for the biases of quant_conv and post_quant_conv, so that
// reconstructions are the same and latents centred. The scale goes into
// scaling_factor = 1/deviation instead.
void CentreLatents(const at::Tensor& mean, StateDict& weights);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_VAE_LATENTS_H_
