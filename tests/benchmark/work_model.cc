#include "tests/benchmark/work_model.h"

#include <algorithm>
#include <cstddef>

#include "tests/benchmark/work_counter.h"

namespace animate {
namespace {

constexpr double kSubpixelPart = 4.0 / 9.0;

// resnets.0, attentions.0 (one head), resnets.1.
void CountVaeMidBlock(WorkCounter& counter, int64_t c, const WorkSize& size) {
  const double pixels = size.pixels();
  counter.Resnet(1, c, c, size);
  counter.GroupNorm(pixels * static_cast<double>(c));
  counter.Linear("vae attention", pixels, c, 4 * c);
  counter.Attention("vae attention", 1, pixels, pixels, c, 1);
  counter.Resnet(1, c, c, size);
}

WorkSize Times(const WorkSize& size, int64_t factor) {
  return {size.height * factor, size.width * factor};
}

}  // namespace

double TotalFlops(const WorkList& work) {
  double sum = 0;
  for (const Work& w : work) sum += w.flops;
  return sum;
}

double TotalFlops(const WorkList& work, absl::string_view group) {
  double sum = 0;
  for (const Work& w : work) sum += w.group == group ? w.flops : 0;
  return sum;
}

double TotalBytes(const WorkList& work) {
  double sum = 0;
  for (const Work& w : work) sum += w.bytes;
  return sum;
}

double RooflineSeconds(const WorkList& work, const Roofline& roofline) {
  double seconds = 0;
  for (const Work& w : work) {
    seconds += std::max(w.flops / roofline.flops_per_second,
                        w.bytes / roofline.bytes_per_second);
  }
  return seconds;
}

WorkList PoseGuiderWork(const WorkNetworks& networks, const WorkShape& shape) {
  WorkCounter counter(shape.element_size);
  const std::vector<int64_t>& channels = networks.pose_guider_channels;
  WorkSize size = {shape.height, shape.width};
  counter.Conv("pose conv", 1, 3, channels[0], 3, size, size);
  for (size_t i = 0; i + 1 < channels.size(); ++i) {
    const WorkSize half = size.Halved();
    counter.Conv("pose conv", 1, channels[i], channels[i], 3, size, size);
    counter.Conv("pose conv", 1, channels[i], channels[i + 1], 3, size, half);
    size = half;
  }
  counter.Conv("pose conv", 1, channels.back(),
               networks.unet.block_out_channels[0], 3, size, size);
  return counter.work();
}

WorkList VaeEncodeWork(const WorkNetworks& networks, const WorkShape& shape) {
  WorkCounter counter(shape.element_size);
  const VaeConfig& vae = networks.vae;
  const int64_t deepest = vae.block_out_channels.back();
  WorkSize size = {shape.height, shape.width};
  int64_t in = vae.block_out_channels[0];
  counter.Conv("conv_in/out", 1, vae.in_channels, in, 3, size, size);
  for (int level = 0; level < vae.num_levels(); ++level) {
    const int64_t c = vae.block_out_channels[static_cast<size_t>(level)];
    for (int64_t i = 0; i < vae.layers_per_block; ++i) {
      counter.Resnet(1, i == 0 ? in : c, c, size);
    }
    if (level + 1 < vae.num_levels()) {
      const WorkSize half = {size.height / 2, size.width / 2};
      counter.Conv("resample conv", 1, c, c, 3, size, half);
      size = half;
    }
    in = c;
  }
  CountVaeMidBlock(counter, deepest, size);
  counter.GroupNorm(size.pixels() * static_cast<double>(deepest));
  const int64_t moments = 2 * vae.latent_channels;
  counter.Conv("conv_in/out", 1, deepest, moments, 3, size, size);
  counter.Conv("conv_in/out", 1, moments, moments, 1, size, size);
  return counter.work();
}

WorkList VaeDecodeWork(const WorkNetworks& networks, const WorkShape& shape,
                       const WorkShortcuts& shortcuts) {
  WorkCounter counter(shape.element_size);
  const VaeConfig& vae = networks.vae;
  const int64_t latent = vae.latent_channels;
  const int64_t deepest = vae.block_out_channels.back();
  WorkSize size = {shape.height / vae.spatial_factor(),
                   shape.width / vae.spatial_factor()};
  counter.Conv("conv_in/out", 1, latent, latent, 1, size, size);
  counter.Conv("conv_in/out", 1, latent, deepest, 3, size, size);
  CountVaeMidBlock(counter, deepest, size);
  int64_t in = deepest;
  for (int level = vae.num_levels() - 1; level >= 0; --level) {
    const int64_t c = vae.block_out_channels[static_cast<size_t>(level)];
    for (int64_t i = 0; i <= vae.layers_per_block; ++i) {
      counter.Resnet(1, i == 0 ? in : c, c, size);
    }
    if (level > 0) {
      counter.Conv("resample conv", 1, c, c, 3, size, Times(size, 2),
                   shortcuts.subpixel_upsampling ? kSubpixelPart : 1.0);
      size = Times(size, 2);
    }
    in = c;
  }
  counter.GroupNorm(size.pixels() * static_cast<double>(in));
  counter.Conv("conv_in/out", 1, in, vae.out_channels, 3, size, size);
  return counter.work();
}

WorkList ClipWork(const WorkNetworks& networks, const WorkShape& shape) {
  WorkCounter counter(shape.element_size);
  const ClipVisionConfig& clip = networks.clip;
  const int64_t c = clip.hidden_size;
  const int64_t side = clip.image_size / clip.patch_size;
  const double tokens = static_cast<double>(side * side + 1);
  const double width = static_cast<double>(c);
  counter.Linear("patch embedding", tokens - 1,
                 clip.num_channels * clip.patch_size * clip.patch_size, c);
  for (int64_t i = 0; i < clip.num_hidden_layers; ++i) {
    counter.LayerNorm(tokens * width);
    counter.Linear("attention proj", tokens, c, 4 * c);
    counter.Attention("attention scores", 1, tokens, tokens, c, 1);
    counter.LayerNorm(tokens * width);
    counter.Linear("mlp", tokens, c, clip.intermediate_size);
    counter.Linear("mlp", tokens, clip.intermediate_size, c);
  }
  counter.Linear("projection", 1, c, clip.projection_dim);
  return counter.work();
}

}  // namespace animate
