#ifndef ANIMATE_ENGINE_EVALUATION_LPIPS_H_
#define ANIMATE_ENGINE_EVALUATION_LPIPS_H_

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/animation/image.h"
#include "engine/nn/layers.h"
#include "engine/tensor/parameters.h"

namespace animate {

enum class LpipsNetwork { kAlex, kVgg };

// To what the levels 0 to 255 are mapped.
enum class LpipsRange {
  kMinusOneToOne,  // as the network was made for
  kZeroToOne,      // as published tables have it: PublishedScores
};

// Learned perceptual image patch similarity (Zhang et al. 2018, "The
// Unreasonable Effectiveness of Deep Features as a Perceptual Metric"), version
// 0.1, as the public Python package `lpips` computes it: features of five
// layers of AlexNet or VGG-16, each pixel's scaled to unit length, squared
// differences weighted per channel, averaged over pixels, summed over layers.
// Immutable; safe to share.
class Lpips {
 public:
  // Reads weights with the keys of lpips.LPIPS(net=…).state_dict(); which
  // network it is shows in their shapes (docs/evaluation.md says how to write
  // the file). Errors as LoadStateDict; FAILED_PRECONDITION that lists keys
  // that are missing, unexpected or misshapen.
  static absl::StatusOr<Lpips> Load(const std::string& path);

  // The same with weights from elsewhere.
  static absl::StatusOr<Lpips> Create(StateDict weights);

  LpipsNetwork network() const { return network_; }

  // a, b: fp32 [N, 3, H, W] in [-1, 1] -> [N], 0 for equal pictures. Throws
  // c10::Error, also for pictures too small for the network (below 31 pixels
  // for AlexNet, 16 for VGG).
  at::Tensor Distance(const at::Tensor& a, const at::Tensor& b) const;

  // The distance of two pictures. INVALID_ARGUMENT when they differ in size or
  // are too small, INTERNAL when the result is no finite number.
  absl::StatusOr<double> Distance(
      const RgbImage& a, const RgbImage& b,
      LpipsRange range = LpipsRange::kMinusOneToOne) const;

 private:
  // A convolution with what stands before it.
  struct Layer {
    bool pool_before;
    bool is_last_of_slice;
    nn::Conv2d conv;
  };

  Lpips(const Scope& scope, LpipsNetwork network);

  // The outputs of the five slices.
  std::vector<at::Tensor> Features(const at::Tensor& image) const;

  LpipsNetwork network_;
  std::vector<Layer> layers_;
  std::vector<at::Tensor> channel_weights_;  // each [1, C, 1, 1]
  at::Tensor shift_;                         // [1, 3, 1, 1]
  at::Tensor scale_;                         // [1, 3, 1, 1]
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_EVALUATION_LPIPS_H_
