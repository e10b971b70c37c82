#ifndef ANIMATE_ENGINE_MODEL_MODEL_CONFIG_H_
#define ANIMATE_ENGINE_MODEL_MODEL_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// What the JSON files of a model folder say about the networks. Fields carry
// the names of those files. The Parse functions take the text and, for
// messages, the name of the file; keys they do not know are ignored, keys that
// are absent keep the default the Python library would use. FAILED_PRECONDITION
// names file, key and value for text that is no JSON object, values of another
// type or out of range, and settings the networks do not implement. Reason
// "UNSUPPORTED_MODEL_CONFIG" throughout.
namespace animate {

// Both UNets (diffusers' UNet2DConditionModel; the ReferenceNet is the same
// without output layers). The vectors over levels have one entry per entry of
// block_out_channels, the highest resolution first, for down and up alike.
// Defaults: stable-diffusion-v1-5/unet/config.json.
struct UnetConfig {
  int64_t in_channels = 4;
  int64_t out_channels = 4;
  std::vector<int64_t> block_out_channels = {320, 640, 1280, 1280};
  std::vector<int64_t> layers_per_block = {2, 2, 2, 2};  // up: one more
  std::vector<bool> down_attention = {true, true, true, false};
  // By level, not in the order of up_blocks: up_attention[0] is the last block.
  std::vector<bool> up_attention = {true, true, true, false};
  // diffusers calls this attention_head_dim, but it is a number of heads.
  std::vector<int64_t> num_attention_heads = {8, 8, 8, 8};
  std::vector<int64_t> transformer_layers_per_block = {1, 1, 1, 1};
  int64_t cross_attention_dim = 768;
  int64_t norm_num_groups = 32;
  double norm_eps = 1e-5;
  bool use_linear_projection = false;
  int64_t downsample_padding = 1;
  bool flip_sin_to_cos = true;
  double freq_shift = 0;
  int64_t time_embedding_dim = 1280;  // 4 * block_out_channels[0]

  int num_levels() const { return static_cast<int>(block_out_channels.size()); }
};

absl::StatusOr<UnetConfig> ParseUnetConfig(absl::string_view json,
                                           absl::string_view file);

// Motion modules ("unet_additional_kwargs"). Defaults: configs/inference/
// inference_v2.yaml of Moore-AnimateAnyone, which the published folder relies
// on.
struct MotionConfig {
  bool use_motion_module = true;
  // Powers of two: 2^i stands for level i.
  std::vector<int64_t> motion_module_resolutions = {1, 2, 4, 8};
  bool motion_module_mid_block = true;
  bool motion_module_decoder_only = false;
  int64_t num_attention_heads = 8;
  int64_t num_transformer_block = 1;
  int64_t num_attention_blocks = 2;  // length of attention_block_types
  bool temporal_position_encoding = true;
  int64_t temporal_attention_dim_div = 1;

  // Whether the blocks of `level` (0: highest resolution) have motion modules.
  bool InDownBlock(int level) const;
  bool InUpBlock(int level) const;
  bool InMidBlock() const;
};

// "noise_scheduler_kwargs", unchanged: the strings are those of diffusers'
// DDIMScheduler. Defaults: inference_v2.yaml.
struct NoiseSchedulerConfig {
  int64_t num_train_timesteps = 1000;
  double beta_start = 0.00085;
  double beta_end = 0.012;
  std::string beta_schedule = "linear";          // or "scaled_linear"
  std::string prediction_type = "v_prediction";  // or "epsilon", "sample"
  std::string timestep_spacing = "trailing";     // or "leading", "linspace"
  bool rescale_betas_zero_snr = true;
  bool clip_sample = false;
  int64_t steps_offset = 1;
};

// What the published folder keeps outside itself, in inference_v2.yaml.
struct InferenceConfig {
  MotionConfig motion;
  NoiseSchedulerConfig noise_scheduler;
};

// Reads "unet_additional_kwargs" and "noise_scheduler_kwargs" of, for example,
// topology.json; either may be absent.
absl::StatusOr<InferenceConfig> ParseInferenceConfig(absl::string_view json,
                                                     absl::string_view file);

// FAILED_PRECONDITION when the motion modules do not fit the UNet: a level's
// width no multiple of 32 or of the motion heads.
absl::Status CheckMotionFits(const MotionConfig& motion, const UnetConfig& unet,
                             absl::string_view file);

// AutoencoderKL. Defaults: sd-vae-ft-mse/config.json, which lacks
// scaling_factor.
struct VaeConfig {
  int64_t in_channels = 3;
  int64_t out_channels = 3;
  int64_t latent_channels = 4;
  std::vector<int64_t> block_out_channels = {128, 256, 512, 512};
  int64_t layers_per_block = 2;  // encoder; the decoder has one more
  int64_t norm_num_groups = 32;
  double scaling_factor = 0.18215;

  int num_levels() const { return static_cast<int>(block_out_channels.size()); }
  // Pixels per latent cell along each side.
  int64_t spatial_factor() const { return int64_t{1} << (num_levels() - 1); }
};

absl::StatusOr<VaeConfig> ParseVaeConfig(absl::string_view json,
                                         absl::string_view file);

// CLIPVisionModelWithProjection; also found as "vision_config" inside the
// configuration of a whole CLIP. Defaults: lambdalabs/sd-image-variations'
// image_encoder/config.json.
struct ClipVisionConfig {
  int64_t hidden_size = 1024;
  int64_t intermediate_size = 4096;
  int64_t projection_dim = 768;
  int64_t num_hidden_layers = 24;
  int64_t num_attention_heads = 16;
  int64_t num_channels = 3;
  int64_t image_size = 224;
  int64_t patch_size = 14;
  std::string hidden_act = "quick_gelu";  // or "gelu"
  double layer_norm_eps = 1e-5;
};

absl::StatusOr<ClipVisionConfig> ParseClipVisionConfig(absl::string_view json,
                                                       absl::string_view file);

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_MODEL_CONFIG_H_
