#include "engine/nn/vae_blocks.h"

#include <ATen/ops/scaled_dot_product_attention.h>

#include "engine/nn/picture_tokens.h"

namespace animate::nn {
namespace {

// The scope of a projection under its present or its older name.
Scope Either(const Scope& scope, const Scope& present, const char* older) {
  return (scope / older).Has("weight") ? scope / older : present;
}

ResnetConfig VaeResnet(int64_t in, int64_t out, int64_t norm_num_groups,
                       const ExactShortcuts& shortcuts) {
  return {.in_channels = in,
          .out_channels = out,
          .norm_num_groups = norm_num_groups,
          .norm_eps = kVaeNormEps,
          .shortcuts = shortcuts};
}

std::vector<ResnetBlock2D> MakeResnets(const Scope& scope,
                                       const VaeBlockConfig& config) {
  std::vector<ResnetBlock2D> resnets;
  for (int i = 0; i < config.num_layers; ++i) {
    const int64_t in = i == 0 ? config.in_channels : config.out_channels;
    resnets.emplace_back(scope / "resnets" / i,
                         VaeResnet(in, config.out_channels,
                                   config.norm_num_groups, config.shortcuts));
  }
  return resnets;
}

at::Tensor RunResnets(const std::vector<ResnetBlock2D>& resnets,
                      const at::Tensor& x, Taps* taps) {
  at::Tensor hidden = x;
  for (const ResnetBlock2D& resnet : resnets) {
    hidden = resnet.Forward(hidden, /*temb=*/{}, taps);
  }
  return hidden;
}

}  // namespace

VaeAttention::VaeAttention(const Scope& scope, int64_t channels,
                           int64_t norm_num_groups)
    : path_(scope.path()),
      group_norm_(scope / "group_norm", norm_num_groups, channels, kVaeNormEps),
      to_q_(Either(scope, scope / "to_q", "query"), channels, channels),
      to_k_(Either(scope, scope / "to_k", "key"), channels, channels),
      to_v_(Either(scope, scope / "to_v", "value"), channels, channels),
      to_out_(Either(scope, scope / "to_out" / 0, "proj_attn"), channels,
              channels) {}

at::Tensor VaeAttention::Forward(const at::Tensor& x, Taps* taps) const {
  // [N, 1, h*w, C]: one head.
  const at::Tensor tokens = TokensOf(group_norm_.Forward(x)).unsqueeze(1);
  const at::Tensor attended = at::scaled_dot_product_attention(
      to_q_.Forward(tokens), to_k_.Forward(tokens), to_v_.Forward(tokens));
  return Tap(
      taps, path_,
      PictureOf(to_out_.ForwardOnto(TokensOf(x), attended.squeeze(1)), x));
}

VaeMidBlock::VaeMidBlock(const Scope& scope, int64_t channels,
                         int64_t norm_num_groups,
                         const ExactShortcuts& shortcuts)
    : path_(scope.path()),
      first_resnet_(scope / "resnets" / 0,
                    VaeResnet(channels, channels, norm_num_groups, shortcuts)),
      attention_(scope / "attentions" / 0, channels, norm_num_groups),
      last_resnet_(scope / "resnets" / 1,
                   VaeResnet(channels, channels, norm_num_groups, shortcuts)) {}

at::Tensor VaeMidBlock::Forward(const at::Tensor& x, Taps* taps) const {
  at::Tensor hidden = first_resnet_.Forward(x, /*temb=*/{}, taps);
  hidden = attention_.Forward(hidden, taps);
  return Tap(taps, path_, last_resnet_.Forward(hidden, /*temb=*/{}, taps));
}

DownEncoderBlock2D::DownEncoderBlock2D(const Scope& scope,
                                       const VaeBlockConfig& config)
    : path_(scope.path()), resnets_(MakeResnets(scope, config)) {
  if (config.resampler == Resampler::kPresent) {
    downsampler_.emplace(scope / "downsamplers" / 0, config.out_channels,
                         /*padding=*/0, config.shortcuts);
  }
}

at::Tensor DownEncoderBlock2D::Forward(const at::Tensor& x, Taps* taps) const {
  at::Tensor hidden = RunResnets(resnets_, x, taps);
  if (downsampler_.has_value()) hidden = downsampler_->Forward(hidden);
  return Tap(taps, path_, hidden);
}

UpDecoderBlock2D::UpDecoderBlock2D(const Scope& scope,
                                   const VaeBlockConfig& config)
    : path_(scope.path()), resnets_(MakeResnets(scope, config)) {
  if (config.resampler == Resampler::kPresent) {
    upsampler_.emplace(scope / "upsamplers" / 0, config.out_channels,
                       config.shortcuts);
  }
}

at::Tensor UpDecoderBlock2D::Forward(const at::Tensor& x, Taps* taps) const {
  at::Tensor hidden = RunResnets(resnets_, x, taps);
  if (upsampler_.has_value()) hidden = upsampler_->Forward(hidden);
  return Tap(taps, path_, hidden);
}

}  // namespace animate::nn
