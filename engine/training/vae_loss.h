#ifndef ANIMATE_ENGINE_TRAINING_VAE_LOSS_H_
#define ANIMATE_ENGINE_TRAINING_VAE_LOSS_H_

#include <ATen/core/Tensor.h>

#include "engine/model/autoencoder_kl.h"

namespace animate {

struct ReconstructionLoss {
  at::Tensor absolute;  // [], mean |error|
  // [], mean |x-difference of the error| + mean |y-difference|: sharp edges
  // without a network that judges them.
  at::Tensor gradient;
  at::Tensor squared;  // [], mean error^2
};

// image, reconstruction: [N, C, H, W], H and W > 1; computed in float32.
ReconstructionLoss CompareImages(const at::Tensor& reconstruction,
                                 const at::Tensor& image);

// Returns mean 1/2 (mean^2 + exp(logvar) - 1 - logvar) [], the divergence from
// the standard normal distribution per latent value.
at::Tensor MeanDivergence(const LatentDistribution& latents);

// Returns the same with logvar in [-12, 6]: what a new network may do at worst.
LatentDistribution Bounded(const LatentDistribution& latents);

// Peak signal-to-noise ratio in dB of pictures in [-1, 1] with this mean
// squared error.
double PeakSignalToNoise(double mean_squared_error);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_VAE_LOSS_H_
