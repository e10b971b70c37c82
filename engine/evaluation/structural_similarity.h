#ifndef ANIMATE_ENGINE_EVALUATION_STRUCTURAL_SIMILARITY_H_
#define ANIMATE_ENGINE_EVALUATION_STRUCTURAL_SIMILARITY_H_

#include "absl/status/statusor.h"
#include "engine/animation/image.h"

namespace animate {

enum class SsimWindow {
  kUniform7,    // 7x7, all pixels alike: scikit-image's default
  kGaussian11,  // 11x11, sigma 1.5: gaussian_weights=True
};

// Pixels of the window's side: no picture may be smaller.
int SsimWindowSide(SsimWindow window);

// The mean structural similarity (Wang et al. 2004, "Image Quality Assessment:
// From Error Visibility to Structural Similarity") over channels and all
// places where the window lies inside the picture, at most 1. Equals
// scikit-image's structural_similarity with channel_axis, data_range 255 and
// its other defaults (K1 .01, K2 .03, sample covariances). Returns
// INVALID_ARGUMENT for pictures of different size or smaller than the window.
// Thread-safe.
absl::StatusOr<double> StructuralSimilarity(
    const RgbImage& a, const RgbImage& b,
    SsimWindow window = SsimWindow::kUniform7);

}  // namespace animate

#endif  // ANIMATE_ENGINE_EVALUATION_STRUCTURAL_SIMILARITY_H_
