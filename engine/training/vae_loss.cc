#include "engine/training/vae_loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/diff.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/mean.h>

#include <algorithm>
#include <cmath>

namespace animate {
namespace {

constexpr double kLowestLogvar = -12.0;
constexpr double kHighestLogvar = 6.0;
constexpr double kPeak = 2.0;
constexpr double kLeastError = 1e-12;

}  // namespace

ReconstructionLoss CompareImages(const at::Tensor& reconstruction,
                                 const at::Tensor& image) {
  const at::Tensor error = reconstruction.to(at::kFloat) - image.to(at::kFloat);
  return {.absolute = error.abs().mean(),
          .gradient = at::diff(error, 1, -1).abs().mean() +
                      at::diff(error, 1, -2).abs().mean(),
          .squared = (error * error).mean()};
}

at::Tensor MeanDivergence(const LatentDistribution& latents) {
  const at::Tensor mean = latents.mean.to(at::kFloat);
  const at::Tensor logvar = latents.logvar.to(at::kFloat);
  return (mean * mean + at::exp(logvar) - 1.0 - logvar).mean() * 0.5;
}

LatentDistribution Bounded(const LatentDistribution& latents) {
  return {.mean = latents.mean,
          .logvar = at::clamp(latents.logvar, kLowestLogvar, kHighestLogvar)};
}

double PeakSignalToNoise(double mean_squared_error) {
  return 10.0 *
         std::log10(kPeak * kPeak / std::max(mean_squared_error, kLeastError));
}

}  // namespace animate
