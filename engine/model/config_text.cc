#include "engine/model/config_text.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace animate {
namespace {

// Keeps the order in which keys are written here.
using OrderedJson = nlohmann::ordered_json;

std::string Text(const OrderedJson& json) { return json.dump(2) + "\n"; }

std::vector<std::string> BlockTypes(const std::vector<bool>& attention,
                                    const char* with, const char* without) {
  std::vector<std::string> types;
  types.reserve(attention.size());
  for (const bool has : attention) types.emplace_back(has ? with : without);
  return types;
}

OrderedJson MotionJson(const MotionConfig& motion, int64_t motion_positions) {
  const std::vector<std::string> attentions(
      static_cast<size_t>(motion.num_attention_blocks), "Temporal_Self");
  return {
      {"use_inflated_groupnorm", true},
      {"unet_use_cross_frame_attention", false},
      {"unet_use_temporal_attention", false},
      {"use_motion_module", motion.use_motion_module},
      {"motion_module_resolutions", motion.motion_module_resolutions},
      {"motion_module_mid_block", motion.motion_module_mid_block},
      {"motion_module_decoder_only", motion.motion_module_decoder_only},
      {"motion_module_type", "Vanilla"},
      {"motion_module_kwargs",
       {{"num_attention_heads", motion.num_attention_heads},
        {"num_transformer_block", motion.num_transformer_block},
        {"attention_block_types", attentions},
        {"temporal_position_encoding", motion.temporal_position_encoding},
        {"temporal_position_encoding_max_len", motion_positions},
        {"temporal_attention_dim_div", motion.temporal_attention_dim_div}}}};
}

OrderedJson SchedulerJson(const NoiseSchedulerConfig& noise) {
  return {{"num_train_timesteps", noise.num_train_timesteps},
          {"beta_start", noise.beta_start},
          {"beta_end", noise.beta_end},
          {"beta_schedule", noise.beta_schedule},
          {"prediction_type", noise.prediction_type},
          {"timestep_spacing", noise.timestep_spacing},
          {"rescale_betas_zero_snr", noise.rescale_betas_zero_snr},
          {"clip_sample", noise.clip_sample},
          {"steps_offset", noise.steps_offset}};
}

OrderedJson SamplingJson(const SamplingConfig& sampling) {
  OrderedJson json = OrderedJson::object();
  const auto add = [&json](const char* key, const auto& value) {
    if (value.has_value()) json[key] = *value;
  };
  add("num_inference_steps", sampling.num_inference_steps);
  add("guidance_scale", sampling.guidance_scale);
  add("noise", sampling.noise);
  add("context_schedule", sampling.context_schedule);
  add("context_frames", sampling.context_frames);
  add("context_overlap", sampling.context_overlap);
  add("beta_schedule", sampling.beta_schedule);
  add("width", sampling.width);
  add("height", sampling.height);
  return json;
}

}  // namespace

std::string UnetConfigText(const UnetConfig& config) {
  std::vector<bool> up_attention(config.up_attention.rbegin(),
                                 config.up_attention.rend());
  return Text(
      {{"_class_name", "UNet2DConditionModel"},
       {"act_fn", "silu"},
       {"in_channels", config.in_channels},
       {"out_channels", config.out_channels},
       {"block_out_channels", config.block_out_channels},
       {"layers_per_block", config.layers_per_block},
       {"down_block_types", BlockTypes(config.down_attention,
                                       "CrossAttnDownBlock2D", "DownBlock2D")},
       {"up_block_types",
        BlockTypes(up_attention, "CrossAttnUpBlock2D", "UpBlock2D")},
       {"attention_head_dim", config.num_attention_heads},
       {"transformer_layers_per_block", config.transformer_layers_per_block},
       {"cross_attention_dim", config.cross_attention_dim},
       {"norm_num_groups", config.norm_num_groups},
       {"norm_eps", config.norm_eps},
       {"use_linear_projection", config.use_linear_projection},
       {"downsample_padding", config.downsample_padding},
       {"flip_sin_to_cos", config.flip_sin_to_cos},
       {"freq_shift", config.freq_shift},
       {"time_embedding_dim", config.time_embedding_dim}});
}

std::string ClipVisionConfigText(const ClipVisionConfig& config) {
  return Text({{"model_type", "clip_vision_model"},
               {"hidden_size", config.hidden_size},
               {"intermediate_size", config.intermediate_size},
               {"projection_dim", config.projection_dim},
               {"num_hidden_layers", config.num_hidden_layers},
               {"num_attention_heads", config.num_attention_heads},
               {"num_channels", config.num_channels},
               {"image_size", config.image_size},
               {"patch_size", config.patch_size},
               {"hidden_act", config.hidden_act},
               {"layer_norm_eps", config.layer_norm_eps}});
}

std::string TopologyText(const InferenceConfig& config,
                         const SamplingConfig& sampling,
                         int64_t motion_positions) {
  OrderedJson json = {
      {"unet_additional_kwargs", MotionJson(config.motion, motion_positions)},
      {"noise_scheduler_kwargs", SchedulerJson(config.noise_scheduler)}};
  const OrderedJson defaults = SamplingJson(sampling);
  if (!defaults.empty()) json["sampling"] = defaults;
  return Text(json);
}

}  // namespace animate
