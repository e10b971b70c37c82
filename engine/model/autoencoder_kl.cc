#include "engine/model/autoencoder_kl.h"

#include <ATen/ops/clamp.h>

#include "absl/strings/str_cat.h"
#include "engine/nn/picture_tokens.h"
#include "engine/tensor/shape.h"

namespace animate {
namespace {

constexpr double kMinLogvar = -30.0;
constexpr double kMaxLogvar = 20.0;
constexpr nn::ConvGeometry kPointwise{.kernel_size = 1, .padding = 0};

// "conv_in" inside the module at `path`.
std::string Child(const std::string& path, const char* name) {
  return absl::StrCat(path, ".", name);
}

nn::Resampler ResamplerIf(bool present) {
  return present ? nn::Resampler::kPresent : nn::Resampler::kNone;
}

nn::ConvGeometry Kernel3(const ExactShortcuts& shortcuts) {
  return {.channels_last = shortcuts.channels_last};
}

}  // namespace

VaeEncoder::VaeEncoder(const Scope& scope, const VaeConfig& config,
                       const ExactShortcuts& shortcuts)
    : path_(scope.path()),
      shortcuts_(shortcuts),
      conv_in_(scope / "conv_in", config.in_channels,
               config.block_out_channels.front(), Kernel3(shortcuts)),
      mid_block_(scope / "mid_block", config.block_out_channels.back(),
                 config.norm_num_groups, shortcuts),
      conv_norm_out_(scope / "conv_norm_out", config.norm_num_groups,
                     config.block_out_channels.back(), nn::kVaeNormEps),
      conv_out_(scope / "conv_out", config.block_out_channels.back(),
                2 * config.latent_channels, Kernel3(shortcuts)) {
  const std::vector<int64_t>& channels = config.block_out_channels;
  for (size_t i = 0; i < channels.size(); ++i) {
    down_blocks_.emplace_back(
        scope / "down_blocks" / static_cast<int>(i),
        nn::VaeBlockConfig{.in_channels = channels[i == 0 ? 0 : i - 1],
                           .out_channels = channels[i],
                           .num_layers = config.layers_per_block,
                           .norm_num_groups = config.norm_num_groups,
                           .resampler = ResamplerIf(i + 1 < channels.size()),
                           .shortcuts = shortcuts});
  }
}

at::Tensor VaeEncoder::Forward(const at::Tensor& image, Taps* taps) const {
  at::Tensor hidden = Tap(taps, Child(path_, "conv_in"),
                          conv_in_.Forward(nn::InLayout(image, shortcuts_)));
  for (const nn::DownEncoderBlock2D& block : down_blocks_) {
    hidden = block.Forward(hidden, taps);
  }
  hidden = mid_block_.Forward(hidden, taps);
  hidden = nn::SiluOf(conv_norm_out_.Forward(hidden));
  return Tap(taps, path_, conv_out_.Forward(hidden));
}

VaeDecoder::VaeDecoder(const Scope& scope, const VaeConfig& config,
                       const ExactShortcuts& shortcuts)
    : path_(scope.path()),
      shortcuts_(shortcuts),
      conv_in_(scope / "conv_in", config.latent_channels,
               config.block_out_channels.back(), Kernel3(shortcuts)),
      mid_block_(scope / "mid_block", config.block_out_channels.back(),
                 config.norm_num_groups, shortcuts),
      conv_norm_out_(scope / "conv_norm_out", config.norm_num_groups,
                     config.block_out_channels.front(), nn::kVaeNormEps),
      conv_out_(scope / "conv_out", config.block_out_channels.front(),
                config.out_channels, Kernel3(shortcuts)) {
  const std::vector<int64_t> channels(config.block_out_channels.rbegin(),
                                      config.block_out_channels.rend());
  for (size_t i = 0; i < channels.size(); ++i) {
    up_blocks_.emplace_back(
        scope / "up_blocks" / static_cast<int>(i),
        nn::VaeBlockConfig{.in_channels = channels[i == 0 ? 0 : i - 1],
                           .out_channels = channels[i],
                           .num_layers = config.layers_per_block + 1,
                           .norm_num_groups = config.norm_num_groups,
                           .resampler = ResamplerIf(i + 1 < channels.size()),
                           .shortcuts = shortcuts});
  }
}

at::Tensor VaeDecoder::Forward(const at::Tensor& latents, Taps* taps) const {
  at::Tensor hidden = Tap(taps, Child(path_, "conv_in"),
                          conv_in_.Forward(nn::InLayout(latents, shortcuts_)));
  hidden = mid_block_.Forward(hidden, taps);
  for (const nn::UpDecoderBlock2D& block : up_blocks_) {
    hidden = block.Forward(hidden, taps);
  }
  hidden = nn::SiluOf(conv_norm_out_.Forward(hidden));
  return Tap(taps, path_, conv_out_.Forward(hidden));
}

AutoencoderKL::AutoencoderKL(const Scope& scope, const VaeConfig& config,
                             const ExactShortcuts& shortcuts)
    : post_quant_conv_path_((scope / "post_quant_conv").path()),
      config_(config),
      encoder_(scope / "encoder", config, shortcuts),
      decoder_(scope / "decoder", config, shortcuts),
      quant_conv_(scope / "quant_conv", 2 * config.latent_channels,
                  2 * config.latent_channels, kPointwise),
      post_quant_conv_(scope / "post_quant_conv", config.latent_channels,
                       config.latent_channels, kPointwise) {}

LatentDistribution AutoencoderKL::Encode(const at::Tensor& image,
                                         Taps* taps) const {
  ExpectShape(image, "image", "N C H W");
  const std::vector<at::Tensor> moments =
      quant_conv_.Forward(encoder_.Forward(image, taps)).chunk(2, 1);
  return {.mean = moments[0],
          .logvar = at::clamp(moments[1], kMinLogvar, kMaxLogvar)};
}

at::Tensor AutoencoderKL::Decode(const at::Tensor& latents, Taps* taps) const {
  ExpectShape(latents, "latents", "N C h w");
  const at::Tensor hidden =
      Tap(taps, post_quant_conv_path_, post_quant_conv_.Forward(latents));
  return decoder_.Forward(hidden, taps);
}

}  // namespace animate
