#include "engine/model/model_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/model/config_fields.h"

namespace animate {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxLevels = 16;
constexpr int64_t kMotionNormGroups = 32;

void RefuseUnsupportedUnet(ConfigFields& fields) {
  fields.Expect("act_fn", {"silu", "swish"});
  fields.Expect("mid_block_type",
                {"UNetMidBlock2DCrossAttn", "UNetMidBlock3DCrossAttn"});
  fields.Expect("resnet_time_scale_shift", {"default"});
  fields.Expect("time_embedding_type", {"positional"});
  fields.Expect("attention_type", {"default"});
  fields.Expect("mid_block_scale_factor", {1});
  fields.Expect("resnet_out_scale_factor", {1});
  fields.Expect("conv_in_kernel", {3});
  fields.Expect("conv_out_kernel", {3});
  for (const char* key :
       {"center_input_sample", "dual_cross_attention", "only_cross_attention",
        "upcast_attention", "resnet_skip_time_act", "class_embeddings_concat",
        "class_embed_type", "num_class_embeds", "addition_embed_type",
        "encoder_hid_dim", "encoder_hid_dim_type", "time_cond_proj_dim",
        "time_embedding_act_fn", "timestep_post_act", "cross_attention_norm",
        "reverse_transformer_layers_per_block"}) {
    fields.ExpectOff(key);
  }
}

}  // namespace

absl::StatusOr<UnetConfig> ParseUnetConfig(absl::string_view text,
                                           absl::string_view file) {
  ANIMATE_ASSIGN_OR_RETURN(const Json json, ParseConfigObject(text, file));
  ConfigFields fields(json, std::string(file));
  RefuseUnsupportedUnet(fields);
  UnetConfig config;
  fields.Read("in_channels", config.in_channels);
  fields.Read("out_channels", config.out_channels);
  fields.Read("block_out_channels", config.block_out_channels);
  const size_t levels = config.block_out_channels.size();
  fields.Check(levels >= 2 && levels <= kMaxLevels,
               absl::StrCat("block_out_channels must have 2 to ", kMaxLevels,
                            " entries: got ", levels));
  ANIMATE_RETURN_IF_ERROR(fields.status());

  config.layers_per_block.assign(levels, 2);
  config.num_attention_heads.assign(levels, 8);
  config.transformer_layers_per_block.assign(levels, 1);
  config.down_attention.assign(levels, true);
  config.down_attention.back() = false;
  config.up_attention.assign(levels, true);
  config.up_attention.front() = false;
  config.cross_attention_dim = 1280;
  fields.ReadPerLevel("layers_per_block", levels, config.layers_per_block);
  fields.ReadPerLevel(fields.Has("num_attention_heads") ? "num_attention_heads"
                                                        : "attention_head_dim",
                      levels, config.num_attention_heads);
  fields.ReadPerLevel("transformer_layers_per_block", levels,
                      config.transformer_layers_per_block);
  fields.ReadBlockTypes("down_block_types", levels, "CrossAttnDownBlock",
                        "DownBlock", config.down_attention);
  fields.ReadBlockTypes("up_block_types", levels, "CrossAttnUpBlock", "UpBlock",
                        config.up_attention);
  std::reverse(config.up_attention.begin(), config.up_attention.end());
  fields.Read("cross_attention_dim", config.cross_attention_dim);
  fields.Read("norm_num_groups", config.norm_num_groups);
  fields.Read("norm_eps", config.norm_eps);
  fields.Read("use_linear_projection", config.use_linear_projection);
  fields.Read("downsample_padding", config.downsample_padding, /*min=*/0);
  fields.Check(config.downsample_padding <= 1,
               absl::StrCat("downsample_padding must be 0 or 1: got ",
                            config.downsample_padding));
  fields.Read("flip_sin_to_cos", config.flip_sin_to_cos);
  fields.Read("freq_shift", config.freq_shift);
  config.time_embedding_dim = 4 * config.block_out_channels[0];
  fields.Read("time_embedding_dim", config.time_embedding_dim);
  ANIMATE_RETURN_IF_ERROR(fields.status());

  for (size_t level = 0; level < levels; ++level) {
    const int64_t channels = config.block_out_channels[level];
    const int64_t heads = config.num_attention_heads[level];
    const bool attention = config.down_attention[level] ||
                           config.up_attention[level] || level + 1 == levels;
    fields.Check(channels % config.norm_num_groups == 0,
                 absl::StrCat("block_out_channels[", level, "] = ", channels,
                              " is no multiple of norm_num_groups = ",
                              config.norm_num_groups));
    fields.Check(!attention || channels % heads == 0,
                 absl::StrCat("block_out_channels[", level, "] = ", channels,
                              " is no multiple of the ", heads,
                              " attention heads (attention_head_dim)"));
  }
  ANIMATE_RETURN_IF_ERROR(fields.status());
  return config;
}

bool MotionConfig::InDownBlock(int level) const {
  return !motion_module_decoder_only && InUpBlock(level);
}

bool MotionConfig::InUpBlock(int level) const {
  const std::vector<int64_t>& resolutions = motion_module_resolutions;
  return use_motion_module &&
         std::find(resolutions.begin(), resolutions.end(),
                   int64_t{1} << level) != resolutions.end();
}

bool MotionConfig::InMidBlock() const {
  return use_motion_module && motion_module_mid_block;
}

absl::StatusOr<InferenceConfig> ParseInferenceConfig(absl::string_view text,
                                                     absl::string_view file) {
  ANIMATE_ASSIGN_OR_RETURN(const Json json, ParseConfigObject(text, file));
  ANIMATE_ASSIGN_OR_RETURN(const Json unet,
                           ConfigSection(json, "unet_additional_kwargs", file));
  ANIMATE_ASSIGN_OR_RETURN(const Json kwargs,
                           ConfigSection(unet, "motion_module_kwargs", file));
  ANIMATE_ASSIGN_OR_RETURN(const Json scheduler,
                           ConfigSection(json, "noise_scheduler_kwargs", file));
  InferenceConfig config;

  MotionConfig& motion = config.motion;
  ConfigFields unet_fields(unet,
                           absl::StrCat(file, ": unet_additional_kwargs"));
  // Without it GroupNorm pools its statistics over all frames of a window.
  unet_fields.Expect("use_inflated_groupnorm", {true});
  unet_fields.Expect("unet_use_cross_frame_attention", {false});
  unet_fields.Expect("unet_use_temporal_attention", {false});
  unet_fields.Expect("motion_module_type", {"Vanilla"});
  unet_fields.Read("use_motion_module", motion.use_motion_module);
  unet_fields.Read("motion_module_resolutions",
                   motion.motion_module_resolutions);
  unet_fields.Read("motion_module_mid_block", motion.motion_module_mid_block);
  unet_fields.Read("motion_module_decoder_only",
                   motion.motion_module_decoder_only);
  ANIMATE_RETURN_IF_ERROR(unet_fields.status());

  ConfigFields motion_fields(kwargs,
                             absl::StrCat(file, ": motion_module_kwargs"));
  motion_fields.Read("num_attention_heads", motion.num_attention_heads);
  motion_fields.Read("num_transformer_block", motion.num_transformer_block);
  motion_fields.ExpectAll("attention_block_types", "Temporal_Self");
  motion_fields.Read("temporal_position_encoding",
                     motion.temporal_position_encoding);
  motion_fields.Read("temporal_attention_dim_div",
                     motion.temporal_attention_dim_div);
  ANIMATE_RETURN_IF_ERROR(motion_fields.status());
  if (motion_fields.Has("attention_block_types")) {
    motion.num_attention_blocks =
        static_cast<int64_t>(kwargs["attention_block_types"].size());
  }

  NoiseSchedulerConfig& noise = config.noise_scheduler;
  ConfigFields noise_fields(scheduler,
                            absl::StrCat(file, ": noise_scheduler_kwargs"));
  noise_fields.Read("num_train_timesteps", noise.num_train_timesteps);
  noise_fields.Read("beta_start", noise.beta_start);
  noise_fields.Read("beta_end", noise.beta_end);
  noise_fields.Read("beta_schedule", noise.beta_schedule,
                    {"linear", "scaled_linear"});
  noise_fields.Read("prediction_type", noise.prediction_type,
                    {"v_prediction", "epsilon", "sample"});
  noise_fields.Read("timestep_spacing", noise.timestep_spacing,
                    {"trailing", "leading", "linspace"});
  noise_fields.Read("rescale_betas_zero_snr", noise.rescale_betas_zero_snr);
  noise_fields.Read("clip_sample", noise.clip_sample);
  noise_fields.Read("steps_offset", noise.steps_offset, /*min=*/0);
  ANIMATE_RETURN_IF_ERROR(noise_fields.status());
  return config;
}

absl::Status CheckMotionFits(const MotionConfig& motion, const UnetConfig& unet,
                             absl::string_view file) {
  const int64_t divisor =
      motion.num_attention_heads * motion.temporal_attention_dim_div;
  for (int level = 0; level < unet.num_levels(); ++level) {
    const bool mid = level + 1 == unet.num_levels() && motion.InMidBlock();
    if (!mid && !motion.InUpBlock(level)) continue;
    const int64_t channels =
        unet.block_out_channels[static_cast<size_t>(level)];
    if (channels % kMotionNormGroups != 0 || channels % divisor != 0) {
      return ConfigError(absl::StrCat(
          file, ": motion modules need widths that are multiples of ",
          kMotionNormGroups, " (their GroupNorm) and of ", divisor,
          " (num_attention_heads * temporal_attention_dim_div): "
          "block_out_channels[",
          level, "] = ", channels));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<VaeConfig> ParseVaeConfig(absl::string_view text,
                                         absl::string_view file) {
  ANIMATE_ASSIGN_OR_RETURN(const Json json, ParseConfigObject(text, file));
  ConfigFields fields(json, std::string(file));
  VaeConfig config{.block_out_channels = {64}, .layers_per_block = 1};
  fields.Expect("act_fn", {"silu", "swish"});
  fields.Expect("mid_block_add_attention", {true});
  fields.Expect("use_quant_conv", {true});
  fields.Expect("use_post_quant_conv", {true});
  fields.ExpectAll("down_block_types", "DownEncoderBlock2D");
  fields.ExpectAll("up_block_types", "UpDecoderBlock2D");
  fields.Read("in_channels", config.in_channels);
  fields.Read("out_channels", config.out_channels);
  fields.Read("latent_channels", config.latent_channels);
  fields.Read("block_out_channels", config.block_out_channels);
  fields.Read("layers_per_block", config.layers_per_block);
  fields.Read("norm_num_groups", config.norm_num_groups);
  fields.Read("scaling_factor", config.scaling_factor);
  const size_t levels = config.block_out_channels.size();
  fields.Check(levels >= 1 && levels <= kMaxLevels,
               absl::StrCat("block_out_channels must have 1 to ", kMaxLevels,
                            " entries: got ", levels));
  for (const int64_t channels : config.block_out_channels) {
    fields.Check(channels % config.norm_num_groups == 0,
                 absl::StrCat("block_out_channels has ", channels,
                              ", no multiple of norm_num_groups = ",
                              config.norm_num_groups));
  }
  fields.Check(config.scaling_factor > 0, "scaling_factor must be positive");
  ANIMATE_RETURN_IF_ERROR(fields.status());
  return config;
}

absl::StatusOr<ClipVisionConfig> ParseClipVisionConfig(absl::string_view text,
                                                       absl::string_view file) {
  ANIMATE_ASSIGN_OR_RETURN(const Json json, ParseConfigObject(text, file));
  const bool nested = json.contains("vision_config");
  ANIMATE_ASSIGN_OR_RETURN(const Json vision,
                           ConfigSection(json, "vision_config", file));
  const Json& object = nested ? vision : json;
  ConfigFields fields(object, std::string(file));
  ClipVisionConfig config{.hidden_size = 768,
                          .intermediate_size = 3072,
                          .projection_dim = 512,
                          .num_hidden_layers = 12,
                          .num_attention_heads = 12,
                          .patch_size = 32};
  fields.Read("hidden_size", config.hidden_size);
  fields.Read("intermediate_size", config.intermediate_size);
  fields.Read("num_hidden_layers", config.num_hidden_layers);
  fields.Read("num_attention_heads", config.num_attention_heads);
  fields.Read("num_channels", config.num_channels);
  fields.Read("image_size", config.image_size);
  fields.Read("patch_size", config.patch_size);
  fields.Read("hidden_act", config.hidden_act, {"quick_gelu", "gelu"});
  fields.Read("layer_norm_eps", config.layer_norm_eps);
  fields.Check(config.hidden_size % config.num_attention_heads == 0,
               absl::StrCat("hidden_size = ", config.hidden_size,
                            " is no multiple of num_attention_heads = ",
                            config.num_attention_heads));
  fields.Check(config.patch_size <= config.image_size,
               "patch_size must not exceed image_size");
  fields.Read("projection_dim", config.projection_dim);
  ANIMATE_RETURN_IF_ERROR(fields.status());
  return config;
}

}  // namespace animate
