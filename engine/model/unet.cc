#include "engine/model/unet.h"

#include <ATen/TensorOperators.h>
#include <c10/util/Exception.h>

#include <algorithm>

#include "engine/nn/picture_tokens.h"

namespace animate {
namespace {

// A network's configuration and the choices that are not in any file.
struct Plan {
  const UnetConfig& config;
  const MotionConfig* motion;
  const ExactShortcuts& shortcuts;
};

nn::Transformer2DConfig AttentionAt(const Plan& plan, size_t level) {
  const UnetConfig& config = plan.config;
  return {.heads = config.num_attention_heads[level],
          .num_layers = config.transformer_layers_per_block[level],
          .cross_attention_dim = config.cross_attention_dim,
          .norm_num_groups = config.norm_num_groups,
          .use_linear_projection = config.use_linear_projection,
          .shortcuts = plan.shortcuts};
}

nn::MotionModuleConfig MotionOf(const Plan& plan) {
  const MotionConfig& motion = *plan.motion;
  return {.heads = motion.num_attention_heads,
          .num_transformer_blocks = motion.num_transformer_block,
          .num_attention_blocks = motion.num_attention_blocks,
          .position_encoding = motion.temporal_position_encoding,
          .attention_dim_div = motion.temporal_attention_dim_div,
          .shortcuts = plan.shortcuts};
}

// A layer of `level`, yet without attention or motion module.
nn::UnetLayerConfig LayerAt(const Plan& plan, size_t level) {
  const UnetConfig& config = plan.config;
  return {.out_channels = config.block_out_channels[level],
          .temb_channels = config.time_embedding_dim,
          .norm_num_groups = config.norm_num_groups,
          .norm_eps = config.norm_eps,
          .shortcuts = plan.shortcuts};
}

nn::UnetDownBlockConfig DownBlockAt(const Plan& plan, size_t level) {
  const UnetConfig& config = plan.config;
  nn::UnetDownBlockConfig block{
      .in_channels = config.block_out_channels[level == 0 ? 0 : level - 1],
      .num_layers = config.layers_per_block[level],
      .layer = LayerAt(plan, level)};
  if (level + 1 < config.block_out_channels.size()) {
    block.downsample_padding = config.downsample_padding;
  }
  if (config.down_attention[level]) {
    block.layer.attention = AttentionAt(plan, level);
  }
  if (plan.motion != nullptr &&
      plan.motion->InDownBlock(static_cast<int>(level))) {
    block.layer.motion = MotionOf(plan);
  }
  return block;
}

nn::UnetLayerConfig MidBlock(const Plan& plan) {
  const size_t level = plan.config.block_out_channels.size() - 1;
  nn::UnetLayerConfig layer = LayerAt(plan, level);
  layer.attention = AttentionAt(plan, level);
  if (plan.motion != nullptr && plan.motion->InMidBlock()) {
    layer.motion = MotionOf(plan);
  }
  return layer;
}

nn::UnetUpBlockConfig UpBlockAt(const Plan& plan, size_t level) {
  const UnetConfig& config = plan.config;
  const std::vector<int64_t>& channels = config.block_out_channels;
  nn::UnetUpBlockConfig block{
      .in_channels = channels[std::min(level + 1, channels.size() - 1)],
      .last_skip_channels = channels[level == 0 ? 0 : level - 1],
      .num_layers = config.layers_per_block[level] + 1,
      .layer = LayerAt(plan, level),
      .upsampler = level == 0 ? nn::Upsampler::kNone : nn::Upsampler::kPresent};
  if (config.up_attention[level]) {
    block.layer.attention = AttentionAt(plan, level);
  }
  if (plan.motion != nullptr &&
      plan.motion->InUpBlock(static_cast<int>(level))) {
    block.layer.motion = MotionOf(plan);
  }
  return block;
}

void AppendBlocks(const nn::UnetLayer& layer,
                  std::vector<const nn::BasicTransformerBlock*>& blocks) {
  if (!layer.attention().has_value()) return;
  for (const nn::BasicTransformerBlock& block :
       layer.attention()->transformer_blocks()) {
    blocks.push_back(&block);
  }
}

// Adds `added` to `picture`, which has as many rows or a multiple of them and
// which nobody else holds.
at::Tensor Add(const at::Tensor& picture, const at::Tensor& added) {
  const int64_t rows = added.size(0);
  const at::Tensor sum = picture.unflatten(0, {-1, rows}) + added;
  return sum.flatten(0, 1);
}

}  // namespace

UnetTrunk::UnetTrunk(const Scope& scope, const UnetConfig& config,
                     const MotionConfig* motion,
                     const ExactShortcuts& shortcuts)
    : shortcuts_(shortcuts),
      time_embedding_path_((scope / "time_embedding").path()),
      conv_in_path_((scope / "conv_in").path()),
      time_embedding_(
          scope / "time_embedding",
          nn::TimestepConfig{.channels = config.block_out_channels[0],
                             .flip_sin_to_cos = config.flip_sin_to_cos,
                             .downscale_freq_shift = config.freq_shift},
          config.time_embedding_dim),
      conv_in_(scope / "conv_in", config.in_channels,
               config.block_out_channels[0],
               {.channels_last = shortcuts.channels_last}) {
  const Plan plan{config, motion, shortcuts};
  const size_t levels = config.block_out_channels.size();
  for (size_t level = 0; level < levels; ++level) {
    down_blocks_.emplace_back(scope / "down_blocks" / static_cast<int>(level),
                              DownBlockAt(plan, level));
  }
  mid_block_.emplace(scope / "mid_block", MidBlock(plan));
  for (size_t i = 0; i < levels; ++i) {
    up_blocks_.emplace_back(scope / "up_blocks" / static_cast<int>(i),
                            UpBlockAt(plan, levels - 1 - i));
  }
  for (const nn::BasicTransformerBlock* block : Blocks()) {
    transformer_blocks_.push_back(block->path());
  }
}

std::vector<const nn::BasicTransformerBlock*> UnetTrunk::Blocks() const {
  std::vector<const nn::BasicTransformerBlock*> blocks;
  for (const nn::UnetDownBlock& block : down_blocks_) {
    for (const nn::UnetLayer& layer : block.layers()) {
      AppendBlocks(layer, blocks);
    }
  }
  AppendBlocks(mid_block_->layer(), blocks);
  for (const nn::UnetUpBlock& block : up_blocks_) {
    for (const nn::UnetLayer& layer : block.layers()) {
      AppendBlocks(layer, blocks);
    }
  }
  return blocks;
}

std::vector<const nn::ResnetBlock2D*> UnetTrunk::Resnets() const {
  std::vector<const nn::ResnetBlock2D*> resnets;
  for (const nn::UnetDownBlock& block : down_blocks_) {
    for (const nn::UnetLayer& layer : block.layers()) {
      resnets.push_back(&layer.resnet());
    }
  }
  resnets.push_back(&mid_block_->layer().resnet());
  resnets.push_back(&mid_block_->last_resnet());
  for (const nn::UnetUpBlock& block : up_blocks_) {
    for (const nn::UnetLayer& layer : block.layers()) {
      resnets.push_back(&layer.resnet());
    }
  }
  return resnets;
}

at::Tensor UnetTrunk::TimeEmbedding(const at::Tensor& timesteps) const {
  TORCH_CHECK(timesteps.dim() == 1, "timesteps must be a list: got ",
              timesteps.sizes());
  return time_embedding_.Forward(timesteps);
}

void UnetTrunk::RecordTimeEmbedding(const at::Tensor& temb, int64_t rows,
                                    Taps* taps) const {
  Tap(taps, time_embedding_path_, temb.expand({rows, -1}));
}

std::vector<nn::TimeShiftMap> UnetTrunk::TimeShifts(
    const at::Tensor& temb) const {
  std::vector<nn::TimeShiftMap> shifts(static_cast<size_t>(temb.size(0)));
  for (const nn::ResnetBlock2D* resnet : Resnets()) {
    const at::Tensor biases = resnet->ShiftedBias(temb);
    for (size_t t = 0; t < shifts.size(); ++t) {
      shifts[t][resnet->path()] = biases[static_cast<int64_t>(t)];
    }
  }
  return shifts;
}

nn::BlockConditionsMap UnetTrunk::Prepare(
    const nn::ForwardContext& context) const {
  nn::BlockConditionsMap conditions;
  for (const nn::BasicTransformerBlock* block : Blocks()) {
    conditions[block->path()] = block->Prepare(context);
  }
  return conditions;
}

UnetTrunk::Front UnetTrunk::ForwardFrames(
    const at::Tensor& sample, const at::Tensor& added,
    const nn::ForwardContext& context) const {
  Front front;
  front.skip = Tap(context.taps, conv_in_path_,
                   conv_in_.Forward(nn::InLayout(sample, shortcuts_)));
  if (added.defined()) {
    front.skip = Add(front.skip, nn::InLayout(added, shortcuts_));
  }
  front.hidden = down_blocks_.front().ForwardFrames(front.skip, context);
  return front;
}

at::Tensor UnetTrunk::ForwardRest(const Front& front,
                                  const nn::ForwardContext& context) const {
  at::Tensor hidden = front.hidden;
  if (!hidden.defined()) return hidden;
  std::vector<at::Tensor> skips = {front.skip};
  for (const nn::UnetDownBlock& block : down_blocks_) {
    hidden = &block == &down_blocks_.front()
                 ? block.ForwardRest(hidden, context, skips)
                 : block.Forward(hidden, context, skips);
  }
  hidden = mid_block_->Forward(hidden, context);
  for (const nn::UnetUpBlock& block : up_blocks_) {
    if (!hidden.defined()) break;
    hidden = block.Forward(hidden, context, skips);
  }
  return hidden;
}

}  // namespace animate
