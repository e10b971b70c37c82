#ifndef ANIMATE_ENGINE_MODEL_AUTOENCODER_KL_H_
#define ANIMATE_ENGINE_MODEL_AUTOENCODER_KL_H_

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/model/model_config.h"
#include "engine/nn/exact_shortcuts.h"
#include "engine/nn/layers.h"
#include "engine/nn/taps.h"
#include "engine/nn/vae_blocks.h"
#include "engine/tensor/parameters.h"

namespace animate {

// The normal distribution of the latents of an image, not yet scaled.
struct LatentDistribution {
  at::Tensor mean;    // [N, latent_channels, h, w]
  at::Tensor logvar;  // same shape, clamped to [-30, 20]
};

// conv_in, down_blocks, mid_block, conv_norm_out, conv_out.
class VaeEncoder {
 public:
  VaeEncoder(const Scope& scope, const VaeConfig& config,
             const ExactShortcuts& shortcuts);

  // image: [N, in_channels, H, W] -> [N, 2*latent_channels, h, w].
  at::Tensor Forward(const at::Tensor& image, Taps* taps) const;

 private:
  std::string path_;
  ExactShortcuts shortcuts_;
  nn::Conv2d conv_in_;
  std::vector<nn::DownEncoderBlock2D> down_blocks_;
  nn::VaeMidBlock mid_block_;
  nn::GroupNorm conv_norm_out_;
  nn::Conv2d conv_out_;
};

// conv_in, mid_block, up_blocks, conv_norm_out, conv_out.
class VaeDecoder {
 public:
  VaeDecoder(const Scope& scope, const VaeConfig& config,
             const ExactShortcuts& shortcuts);

  // latents: [N, latent_channels, h, w] -> [N, out_channels, H, W].
  at::Tensor Forward(const at::Tensor& latents, Taps* taps) const;

 private:
  std::string path_;
  ExactShortcuts shortcuts_;
  nn::Conv2d conv_in_;
  nn::VaeMidBlock mid_block_;
  std::vector<nn::UpDecoderBlock2D> up_blocks_;
  nn::GroupNorm conv_norm_out_;
  nn::Conv2d conv_out_;
};

// The variational autoencoder between images and latents (Rombach et al. 2022,
// https://arxiv.org/abs/2112.10752). Matches diffusers' AutoencoderKL, with the
// attention weights' present or older names. Immutable; safe to share.
class AutoencoderKL {
 public:
  AutoencoderKL(const Scope& scope, const VaeConfig& config,
                const ExactShortcuts& shortcuts = {});

  // image: [N, in_channels, H, W] in [-1, 1], H and W multiples of
  // spatial_factor() -> h = H / spatial_factor(), likewise w. The UNets work on
  // mean * scaling_factor(), or on samples of the distribution in training.
  LatentDistribution Encode(const at::Tensor& image,
                            Taps* taps = nullptr) const;

  // latents: [N, latent_channels, h, w], divided by scaling_factor() -> the
  // image, nominally in [-1, 1] but not clamped: [N, out_channels, H, W].
  at::Tensor Decode(const at::Tensor& latents, Taps* taps = nullptr) const;

  double scaling_factor() const { return config_.scaling_factor; }
  int64_t spatial_factor() const { return config_.spatial_factor(); }

 private:
  std::string post_quant_conv_path_;
  VaeConfig config_;
  VaeEncoder encoder_;
  VaeDecoder decoder_;
  nn::Conv2d quant_conv_;
  nn::Conv2d post_quant_conv_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_AUTOENCODER_KL_H_
