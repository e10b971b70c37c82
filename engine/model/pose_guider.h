#ifndef ANIMATE_ENGINE_MODEL_POSE_GUIDER_H_
#define ANIMATE_ENGINE_MODEL_POSE_GUIDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/nn/layers.h"
#include "engine/nn/taps.h"
#include "engine/tensor/parameters.h"

namespace animate {

// Turns pose images into features of latent size that the denoising UNet adds
// after conv_in: 3x3 convolutions, SiLU after all but the last; blocks with odd
// number have stride 2. Number and widths of the convolutions are those of the
// weights, as public checkpoints differ. Matches Moore-AnimateAnyone's
// pose_guider.py (ControlNet's hint encoder). Immutable; safe to share.
class PoseGuider {
 public:
  explicit PoseGuider(const Scope& scope);

  // pose: [B, 3, F, H, W], RGB in [0, 1], H and W multiples of spatial_factor()
  // -> [B, out_channels(), F, H/spatial_factor(), W/spatial_factor()].
  at::Tensor Forward(const at::Tensor& pose, Taps* taps = nullptr) const;

  int64_t out_channels() const;

  // Pixels per feature cell along each side; 8 for six blocks.
  int64_t spatial_factor() const;

 private:
  struct NamedConv {
    std::string path;
    nn::Conv2d conv;
  };
  std::vector<NamedConv> convs_;  // conv_in, blocks, conv_out
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_POSE_GUIDER_H_
