#ifndef ANIMATE_ENGINE_NN_RESNET_H_
#define ANIMATE_ENGINE_NN_RESNET_H_

#include <cstdint>
#include <optional>
#include <string>

#include <ATen/core/Tensor.h>

#include "engine/nn/exact_shortcuts.h"
#include "engine/nn/layers.h"
#include "engine/nn/taps.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

struct ResnetConfig {
  int64_t in_channels;
  int64_t out_channels;
  int64_t temb_channels = 0;  // 0: no time embedding (the VAE)
  int64_t norm_num_groups = 32;
  double norm_eps = 1e-5;
  ExactShortcuts shortcuts = {};
};

// conv1(SiLU(norm1(x))) + time_emb_proj(SiLU(temb)), then conv2(SiLU(norm2)),
// plus x; a 1x1 conv_shortcut on x where the widths differ. Matches diffusers'
// ResnetBlock2D with the "default" time scale shift. Immutable; safe to share.
class ResnetBlock2D {
 public:
  ResnetBlock2D(const Scope& scope, const ResnetConfig& config);

  // x: [R, in_channels, h, w]; temb: [B, temb_channels] with R a multiple of B
  // (each row of it serves R/B consecutive rows), undefined without time
  // embedding. -> [R, out_channels, h, w]
  at::Tensor Forward(const at::Tensor& x, const at::Tensor& temb,
                     Taps* taps) const;

  // The same for one timestep, given ShiftedBias of it: [out_channels].
  at::Tensor ForwardShifted(const at::Tensor& x, const at::Tensor& shifted_bias,
                            Taps* taps) const;

  // Returns the bias of conv1 plus what the time embedding adds, for T
  // timesteps: temb [T, temb_channels] -> [T, out_channels].
  at::Tensor ShiftedBias(const at::Tensor& temb) const;

  const std::string& path() const { return path_; }

  // Whether its weights are to be trained.
  bool RequiresGradients() const { return NeedsGradient(conv1_.weight); }

 private:
  // Everything from norm2 on, `hidden` being what conv1 and time made of x.
  at::Tensor Finish(const at::Tensor& x, const at::Tensor& hidden,
                    Taps* taps) const;

  std::string path_;
  GroupNorm norm1_;
  Conv2d conv1_;
  std::optional<Linear> time_emb_proj_;
  GroupNorm norm2_;
  Conv2d conv2_;
  std::optional<Conv2d> conv_shortcut_;
};

// Halves height and width with a 3x3 convolution of stride 2. With padding 0
// (the VAE) one row and one column of zeros are added below and to the right
// first.
class Downsample2D {
 public:
  Downsample2D(const Scope& scope, int64_t channels, int64_t padding,
               const ExactShortcuts& shortcuts = {});

  // x: [R, C, h, w] -> [R, C, ceil(h/2), ceil(w/2)]; padding 0 rounds down.
  at::Tensor Forward(const at::Tensor& x) const;

 private:
  Conv2d conv_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_RESNET_H_
