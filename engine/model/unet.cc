#include "engine/model/unet.h"

#include <ATen/TensorOperators.h>
#include <c10/util/Exception.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace animate {
namespace {

nn::Transformer2DConfig AttentionAt(const UnetConfig& config, size_t level) {
  return {.heads = config.num_attention_heads[level],
          .num_layers = config.transformer_layers_per_block[level],
          .cross_attention_dim = config.cross_attention_dim,
          .norm_num_groups = config.norm_num_groups,
          .use_linear_projection = config.use_linear_projection};
}

nn::MotionModuleConfig MotionOf(const MotionConfig& motion) {
  return {.heads = motion.num_attention_heads,
          .num_transformer_blocks = motion.num_transformer_block,
          .num_attention_blocks = motion.num_attention_blocks,
          .position_encoding = motion.temporal_position_encoding,
          .attention_dim_div = motion.temporal_attention_dim_div};
}

// A layer of `level`, yet without attention or motion module.
nn::UnetLayerConfig LayerAt(const UnetConfig& config, size_t level) {
  return {.out_channels = config.block_out_channels[level],
          .temb_channels = config.time_embedding_dim,
          .norm_num_groups = config.norm_num_groups,
          .norm_eps = config.norm_eps};
}

nn::UnetDownBlockConfig DownBlockAt(const UnetConfig& config,
                                    const MotionConfig* motion, size_t level) {
  nn::UnetDownBlockConfig block{
      .in_channels = config.block_out_channels[level == 0 ? 0 : level - 1],
      .num_layers = config.layers_per_block[level],
      .layer = LayerAt(config, level)};
  if (level + 1 < config.block_out_channels.size()) {
    block.downsample_padding = config.downsample_padding;
  }
  if (config.down_attention[level]) {
    block.layer.attention = AttentionAt(config, level);
  }
  if (motion != nullptr && motion->InDownBlock(static_cast<int>(level))) {
    block.layer.motion = MotionOf(*motion);
  }
  return block;
}

nn::UnetLayerConfig MidBlock(const UnetConfig& config,
                             const MotionConfig* motion) {
  const size_t level = config.block_out_channels.size() - 1;
  nn::UnetLayerConfig layer = LayerAt(config, level);
  layer.attention = AttentionAt(config, level);
  if (motion != nullptr && motion->InMidBlock()) {
    layer.motion = MotionOf(*motion);
  }
  return layer;
}

nn::UnetUpBlockConfig UpBlockAt(const UnetConfig& config,
                                const MotionConfig* motion, size_t level) {
  const std::vector<int64_t>& channels = config.block_out_channels;
  nn::UnetUpBlockConfig block{
      .in_channels = channels[std::min(level + 1, channels.size() - 1)],
      .last_skip_channels = channels[level == 0 ? 0 : level - 1],
      .num_layers = config.layers_per_block[level] + 1,
      .layer = LayerAt(config, level),
      .upsampler = level == 0 ? nn::Upsampler::kNone : nn::Upsampler::kPresent};
  if (config.up_attention[level]) {
    block.layer.attention = AttentionAt(config, level);
  }
  if (motion != nullptr && motion->InUpBlock(static_cast<int>(level))) {
    block.layer.motion = MotionOf(*motion);
  }
  return block;
}

void AppendTransformerBlocks(const Scope& block, int64_t attentions,
                             int64_t layers, std::vector<std::string>& paths) {
  for (int64_t i = 0; i < attentions; ++i) {
    for (int64_t j = 0; j < layers; ++j) {
      paths.push_back(absl::StrCat((block / "attentions").path(), ".", i,
                                   ".transformer_blocks.", j));
    }
  }
}

std::vector<std::string> TransformerBlockPaths(const Scope& scope,
                                               const UnetConfig& config) {
  std::vector<std::string> paths;
  const size_t levels = config.block_out_channels.size();
  for (size_t level = 0; level < levels; ++level) {
    if (!config.down_attention[level]) continue;
    AppendTransformerBlocks(scope / "down_blocks" / static_cast<int>(level),
                            config.layers_per_block[level],
                            config.transformer_layers_per_block[level], paths);
  }
  AppendTransformerBlocks(scope / "mid_block", 1,
                          config.transformer_layers_per_block.back(), paths);
  for (size_t i = 0; i < levels; ++i) {
    const size_t level = levels - 1 - i;
    if (!config.up_attention[level]) continue;
    AppendTransformerBlocks(scope / "up_blocks" / static_cast<int>(i),
                            config.layers_per_block[level] + 1,
                            config.transformer_layers_per_block[level], paths);
  }
  return paths;
}

}  // namespace

UnetTrunk::UnetTrunk(const Scope& scope, const UnetConfig& config,
                     const MotionConfig* motion)
    : time_embedding_path_((scope / "time_embedding").path()),
      conv_in_path_((scope / "conv_in").path()),
      time_embedding_(
          scope / "time_embedding",
          nn::TimestepConfig{.channels = config.block_out_channels[0],
                             .flip_sin_to_cos = config.flip_sin_to_cos,
                             .downscale_freq_shift = config.freq_shift},
          config.time_embedding_dim),
      conv_in_(scope / "conv_in", config.in_channels,
               config.block_out_channels[0]),
      transformer_blocks_(TransformerBlockPaths(scope, config)) {
  const size_t levels = config.block_out_channels.size();
  for (size_t level = 0; level < levels; ++level) {
    down_blocks_.emplace_back(scope / "down_blocks" / static_cast<int>(level),
                              DownBlockAt(config, motion, level));
  }
  mid_block_.emplace(scope / "mid_block", MidBlock(config, motion));
  for (size_t i = 0; i < levels; ++i) {
    up_blocks_.emplace_back(scope / "up_blocks" / static_cast<int>(i),
                            UpBlockAt(config, motion, levels - 1 - i));
  }
}

at::Tensor UnetTrunk::Forward(const Inputs& inputs,
                              nn::ForwardContext context) const {
  const int64_t clips = inputs.sample.size(0) / context.num_frames;
  context.temb = TimeEmbedding(inputs.timesteps, clips, context.taps);

  at::Tensor hidden =
      Tap(context.taps, conv_in_path_, conv_in_.Forward(inputs.sample));
  if (inputs.added.defined()) hidden = hidden + inputs.added;

  std::vector<at::Tensor> skips = {hidden};
  for (const nn::UnetDownBlock& block : down_blocks_) {
    hidden = block.Forward(hidden, context, skips);
  }
  hidden = mid_block_->Forward(hidden, context);
  for (const nn::UnetUpBlock& block : up_blocks_) {
    hidden = block.Forward(hidden, context, skips);
  }
  return hidden;
}

at::Tensor UnetTrunk::TimeEmbedding(const at::Tensor& timesteps, int64_t clips,
                                    Taps* taps) const {
  const at::Tensor per_clip = timesteps.numel() == 1
                                  ? timesteps.reshape({1}).expand({clips})
                                  : timesteps;
  TORCH_CHECK(per_clip.dim() == 1 && per_clip.size(0) == clips,
              "timesteps must be one or one per row: got ", timesteps.sizes(),
              " for ", clips, " rows");
  return Tap(taps, time_embedding_path_, time_embedding_.Forward(per_clip));
}

}  // namespace animate
