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

// Turns pose images into features of latent size. Form, number and widths of
// the convolutions are those of the weights, as checkpoints differ:
//
// Public: 3x3 convolutions conv_in, blocks, conv_out, of which blocks with an
// odd number have stride 2. The denoising UNet adds their result after conv_in.
// Matches Moore-AnimateAnyone's pose_guider.py (ControlNet's hint encoder).
//
// Paper (Hu 2023, section 3.2): 4x4 convolutions blocks.0 to blocks.3, then a
// 1x1 projection conv_out; the denoising UNet adds their result to the noisy
// latents. The text gives all four a stride of 2, which would end at a 16th of
// the picture where the latents have an 8th; here the last has none.
//
// SiLU follows all but the last. Immutable; safe to share.
class PoseGuider {
 public:
  explicit PoseGuider(const Scope& scope);

  // pose: [B, 3, F, H, W], RGB in [0, 1], H and W multiples of spatial_factor()
  // -> [B, out_channels(), F, H/spatial_factor(), W/spatial_factor()].
  at::Tensor Forward(const at::Tensor& pose, Taps* taps = nullptr) const;

  int64_t out_channels() const;

  // Whether the result belongs to the latents: the paper's form.
  bool adds_to_latents() const { return adds_to_latents_; }

  // Pixels per feature cell along each side; 8 for the public form's six blocks
  // and the paper's four.
  int64_t spatial_factor() const;

 private:
  struct NamedConv {
    std::string path;
    nn::Conv2d conv;
  };
  void AppendPublic(const Scope& scope);
  void AppendPaper(const Scope& scope);
  // The next convolution, from `channels` to what its weights say.
  void Append(const Scope& conv, const nn::ConvGeometry& geometry);

  bool adds_to_latents_ = false;
  std::vector<NamedConv> convs_;  // in the order they run
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_POSE_GUIDER_H_
