#include "engine/evaluation/frechet_distance.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/linalg_svdvals.h>
#include <ATen/ops/matmul.h>

#include <cmath>
#include <cstdint>
#include <tuple>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/tensor/torch_status.h"

namespace animate {
namespace {

absl::Status CheckFeatures(const at::Tensor& features, const char* name) {
  if (features.dim() != 2 || features.size(0) < 2 || features.size(1) < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a Fréchet distance needs the features of at least two "
        "samples, ",
        name, " has ", features.dim() == 2 ? features.size(0) : int64_t{0}));
  }
  if (!at::isfinite(features).all().item().toBool()) {
    return absl::InvalidArgumentError(
        absl::StrCat("features of ", name, " are not finite numbers"));
  }
  return absl::OkStatus();
}

// A matrix F of at most D rows with FᵀF = the covariance of `features`.
at::Tensor CovarianceFactor(const at::Tensor& features,
                            const at::Tensor& mean) {
  const double samples = static_cast<double>(features.size(0));
  at::Tensor centred = (features - mean) / std::sqrt(samples - 1.0);
  if (features.size(0) <= features.size(1)) return centred;
  return std::get<1>(at::linalg_qr(centred, "r"));
}

double SquaredSum(const at::Tensor& x) {
  return (x * x).sum().item().toDouble();
}

}  // namespace

absl::StatusOr<double> FrechetDistance(const at::Tensor& a,
                                       const at::Tensor& b) {
  return CallTorch("frechet_distance", [&]() -> absl::StatusOr<double> {
    ANIMATE_RETURN_IF_ERROR(CheckFeatures(a, "the first set"));
    ANIMATE_RETURN_IF_ERROR(CheckFeatures(b, "the second set"));
    if (a.size(1) != b.size(1)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "sets have ", a.size(1), " and ", b.size(1), " features"));
    }
    const at::Tensor x = a.to(at::kCPU, at::kDouble);
    const at::Tensor y = b.to(at::kCPU, at::kDouble);
    const at::Tensor mean_x = x.mean({0}, /*keepdim=*/true);
    const at::Tensor mean_y = y.mean({0}, /*keepdim=*/true);
    const at::Tensor factor_x = CovarianceFactor(x, mean_x);
    const at::Tensor factor_y = CovarianceFactor(y, mean_y);
    const double common = at::linalg_svdvals(at::matmul(factor_x, factor_y.t()))
                              .sum()
                              .item()
                              .toDouble();
    return SquaredSum(mean_x - mean_y) + SquaredSum(factor_x) +
           SquaredSum(factor_y) - 2.0 * common;
  });
}

}  // namespace animate
