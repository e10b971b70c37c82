#include "engine/schedule/noise_schedule.h"

#include <cmath>
#include <cstddef>

namespace animate {
namespace {

// As torch.linspace in fp32: counted from the nearer end, one rounding each.
std::vector<float> Linspace(double start, double end, int count) {
  const float first = static_cast<float>(start);
  const float last = static_cast<float>(end);
  const float step = (last - first) / static_cast<float>(count - 1);
  std::vector<float> values(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    values[static_cast<size_t>(i)] =
        i < count / 2
            ? std::fma(step, static_cast<float>(i), first)
            : std::fma(-step, static_cast<float>(count - 1 - i), last);
  }
  return values;
}

std::vector<float> CumulativeAlphas(const std::vector<float>& betas) {
  std::vector<float> products;
  products.reserve(betas.size());
  double product = 1.0;
  for (const float beta : betas) {
    product *= static_cast<double>(1.0f - beta);
    products.push_back(static_cast<float>(product));
  }
  return products;
}

std::vector<float> RescaleToZeroTerminalSnr(const std::vector<float>& betas) {
  std::vector<float> roots = CumulativeAlphas(betas);
  for (float& root : roots) root = std::sqrt(root);
  const float first = roots.front();
  const float last = roots.back();
  const float scale = first / (first - last);

  std::vector<float> rescaled;
  rescaled.reserve(betas.size());
  float previous = 1.0f;
  for (const float root : roots) {
    const float shifted = (root - last) * scale;
    const float product = shifted * shifted;
    rescaled.push_back(1.0f - product / previous);
    previous = product;
  }
  return rescaled;
}

}  // namespace

NoiseSchedule MakeNoiseSchedule(const NoiseScheduleConfig& config) {
  NoiseSchedule schedule;
  switch (config.beta_curve) {
    case BetaCurve::kLinear:
      schedule.betas = Linspace(config.beta_start, config.beta_end,
                                config.num_train_timesteps);
      break;
    case BetaCurve::kScaledLinear:
      schedule.betas =
          Linspace(std::sqrt(config.beta_start), std::sqrt(config.beta_end),
                   config.num_train_timesteps);
      for (float& beta : schedule.betas) beta *= beta;
      break;
  }
  if (config.rescale_betas_zero_snr) {
    schedule.betas = RescaleToZeroTerminalSnr(schedule.betas);
  }
  schedule.alphas_cumprod = CumulativeAlphas(schedule.betas);
  return schedule;
}

}  // namespace animate
