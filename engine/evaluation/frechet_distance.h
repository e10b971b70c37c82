#ifndef ANIMATE_ENGINE_EVALUATION_FRECHET_DISTANCE_H_
#define ANIMATE_ENGINE_EVALUATION_FRECHET_DISTANCE_H_

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"

namespace animate {

// The Fréchet distance between the normal distributions with the means and
// (sample) covariances of two sets of features: what FID and FVD are of
// features of pictures and clips (Heusel et al. 2017, Unterthiner et al. 2018).
//   a: [N, D], b: [M, D], any floating type; N, M >= 2.
//
// No square root of a matrix is taken: with A, B the centred features over
// sqrt(N - 1), sqrt(M - 1), the trace of (AᵀA BᵀB)^½ is the sum of the singular
// values of A Bᵀ, which also holds when there are fewer samples than features.
//
// INVALID_ARGUMENT for other shapes and features that are not finite.
absl::StatusOr<double> FrechetDistance(const at::Tensor& a,
                                       const at::Tensor& b);

}  // namespace animate

#endif  // ANIMATE_ENGINE_EVALUATION_FRECHET_DISTANCE_H_
