#ifndef ANIMATE_ENGINE_NN_VAE_BLOCKS_H_
#define ANIMATE_ENGINE_NN_VAE_BLOCKS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/nn/exact_shortcuts.h"
#include "engine/nn/layers.h"
#include "engine/nn/resnet.h"
#include "engine/nn/taps.h"
#include "engine/nn/upsample.h"
#include "engine/tensor/parameters.h"

// The parts of AutoencoderKL; every norm has eps 1e-6. Match the blocks of the
// same name in diffusers' unet_2d_blocks.py. All immutable; safe to share.
namespace animate::nn {

inline constexpr double kVaeNormEps = 1e-6;

// Self-attention of one head over all pixels, plus its input. Reads the
// weights by their present names (to_q, to_k, to_v, to_out.0) or by those of
// older files (query, key, value, proj_attn), as Linear or 1x1 convolution.
class VaeAttention {
 public:
  VaeAttention(const Scope& scope, int64_t channels, int64_t norm_num_groups);

  // x: [N, channels, h, w], same shape back.
  at::Tensor Forward(const at::Tensor& x, Taps* taps) const;

 private:
  std::string path_;
  GroupNorm group_norm_;
  Projection to_q_;
  Projection to_k_;
  Projection to_v_;
  Projection to_out_;
};

// resnets.0, attentions.0, resnets.1.
class VaeMidBlock {
 public:
  VaeMidBlock(const Scope& scope, int64_t channels, int64_t norm_num_groups,
              const ExactShortcuts& shortcuts = {});

  // x: [N, channels, h, w], same shape back.
  at::Tensor Forward(const at::Tensor& x, Taps* taps) const;

 private:
  std::string path_;
  ResnetBlock2D first_resnet_;
  VaeAttention attention_;
  ResnetBlock2D last_resnet_;
};

enum class Resampler { kNone, kPresent };

struct VaeBlockConfig {
  int64_t in_channels;
  int64_t out_channels;
  int64_t num_layers;
  int64_t norm_num_groups;
  Resampler resampler;  // down- or upsampler after the last resnet
  ExactShortcuts shortcuts = {};
};

// Resnets, then downsamplers.0 with the asymmetric padding.
class DownEncoderBlock2D {
 public:
  DownEncoderBlock2D(const Scope& scope, const VaeBlockConfig& config);

  // x: [N, in_channels, h, w] -> [N, out_channels, h', w'], h' = floor(h/2)
  // with a downsampler.
  at::Tensor Forward(const at::Tensor& x, Taps* taps) const;

 private:
  std::string path_;
  std::vector<ResnetBlock2D> resnets_;
  std::optional<Downsample2D> downsampler_;
};

// Resnets, then upsamplers.0.
class UpDecoderBlock2D {
 public:
  UpDecoderBlock2D(const Scope& scope, const VaeBlockConfig& config);

  // x: [N, in_channels, h, w] -> [N, out_channels, h', w'], h' = 2h with an
  // upsampler.
  at::Tensor Forward(const at::Tensor& x, Taps* taps) const;

 private:
  std::string path_;
  std::vector<ResnetBlock2D> resnets_;
  std::optional<Upsample2D> upsampler_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_VAE_BLOCKS_H_
