#include "engine/training/vae_latents.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/sum.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <limits>

namespace animate {

LatentStatistics MeasureLatents(const AutoencoderKL& vae,
                                const std::vector<at::Tensor>& pictures) {
  const c10::NoGradGuard no_grad;
  at::Tensor sum;
  at::Tensor squares;
  int64_t count = 0;
  for (const at::Tensor& picture : pictures) {
    const at::Tensor latents =
        vae.Encode(picture).mean.to(at::kCPU, at::kDouble);  // [N, C, h, w]
    const at::Tensor ones = latents.sum({0, 2, 3});
    const at::Tensor twos = (latents * latents).sum({0, 2, 3});
    sum = sum.defined() ? sum + ones : ones;
    squares = squares.defined() ? squares + twos : twos;
    count += latents.numel() / latents.size(1);
  }
  const auto n = static_cast<double>(count);
  const at::Tensor mean = sum / n;
  const double variance = (squares / n - mean * mean).mean().item<double>();
  return {.mean = mean.to(at::kFloat),
          .deviation = std::sqrt(
              std::max(variance, std::numeric_limits<double>::min()))};
}

void CentreLatents(const at::Tensor& mean, StateDict& weights) {
  const c10::NoGradGuard no_grad;
  const at::Tensor shift = mean.to(weights.at("quant_conv.bias").device());
  const at::Tensor bias = weights.at("quant_conv.bias").clone();
  bias.narrow(0, 0, shift.size(0)).sub_(shift);
  weights["quant_conv.bias"] = bias;
  // W z + b = W (z - mean) + (b + W mean).
  const at::Tensor& weight = weights.at("post_quant_conv.weight");
  weights["post_quant_conv.bias"] =
      weights.at("post_quant_conv.bias") + at::matmul(weight.flatten(1), shift);
}

}  // namespace animate
