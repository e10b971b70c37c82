#include "tools/model/builtin_configs.h"

namespace animate {
namespace {

struct BuiltinConfig {
  absl::string_view name;
  const char* unet;
  const char* vae;
  const char* image_encoder;
  const char* topology;
};

// What the published checkpoints were made with: stable-diffusion-v1-5,
// sd-vae-ft-mse, sd-image-variations and inference_v2.yaml.
constexpr BuiltinConfig kAnimateAnyone = {.name = "animate-anyone",
                                          .unet = R"({
  "act_fn": "silu",
  "attention_head_dim": 8,
  "block_out_channels": [320, 640, 1280, 1280],
  "center_input_sample": false,
  "cross_attention_dim": 768,
  "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D",
                       "CrossAttnDownBlock2D", "DownBlock2D"],
  "downsample_padding": 1,
  "flip_sin_to_cos": true,
  "freq_shift": 0,
  "in_channels": 4,
  "layers_per_block": 2,
  "mid_block_scale_factor": 1,
  "norm_eps": 1e-05,
  "norm_num_groups": 32,
  "out_channels": 4,
  "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D",
                     "CrossAttnUpBlock2D"]
}
)",
                                          .vae = R"({
  "act_fn": "silu",
  "block_out_channels": [128, 256, 512, 512],
  "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D",
                       "DownEncoderBlock2D", "DownEncoderBlock2D"],
  "in_channels": 3,
  "latent_channels": 4,
  "layers_per_block": 2,
  "norm_num_groups": 32,
  "out_channels": 3,
  "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D",
                     "UpDecoderBlock2D", "UpDecoderBlock2D"]
}
)",
                                          .image_encoder = R"({
  "hidden_act": "quick_gelu",
  "hidden_size": 1024,
  "image_size": 224,
  "intermediate_size": 4096,
  "layer_norm_eps": 1e-05,
  "num_attention_heads": 16,
  "num_channels": 3,
  "num_hidden_layers": 24,
  "patch_size": 14,
  "projection_dim": 768
}
)",
                                          .topology = R"({
  "pose_guider": {"block_out_channels": [16, 32, 96, 256]},
  "unet_additional_kwargs": {
    "use_inflated_groupnorm": true,
    "use_motion_module": true,
    "motion_module_resolutions": [1, 2, 4, 8],
    "motion_module_mid_block": true,
    "motion_module_decoder_only": false,
    "motion_module_type": "Vanilla",
    "motion_module_kwargs": {
      "num_attention_heads": 8,
      "num_transformer_block": 1,
      "attention_block_types": ["Temporal_Self", "Temporal_Self"],
      "temporal_position_encoding": true,
      "temporal_position_encoding_max_len": 32,
      "temporal_attention_dim_div": 1
    }
  },
  "noise_scheduler_kwargs": {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "linear",
    "clip_sample": false,
    "steps_offset": 1,
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": true,
    "timestep_spacing": "trailing"
  }
}
)"};

// All kinds of layers of the published model, in sizes unlike its own.
constexpr BuiltinConfig kNano = {.name = "nano",
                                 .unet = R"({
  "attention_head_dim": 2,
  "block_out_channels": [32, 32, 64, 64],
  "cross_attention_dim": 24,
  "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D",
                       "CrossAttnDownBlock2D", "DownBlock2D"],
  "layers_per_block": 1,
  "norm_num_groups": 16,
  "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D",
                     "CrossAttnUpBlock2D"]
}
)",
                                 .vae = R"({
  "block_out_channels": [8, 16, 16, 16],
  "layers_per_block": 1,
  "norm_num_groups": 8
}
)",
                                 .image_encoder = R"({
  "hidden_act": "quick_gelu",
  "hidden_size": 32,
  "image_size": 224,
  "intermediate_size": 64,
  "num_attention_heads": 2,
  "num_hidden_layers": 2,
  "patch_size": 32,
  "projection_dim": 24
}
)",
                                 .topology = R"({
  "pose_guider": {"block_out_channels": [4, 8, 12, 16]},
  "unet_additional_kwargs": {
    "use_inflated_groupnorm": true,
    "motion_module_resolutions": [1, 2, 4, 8],
    "motion_module_mid_block": true,
    "motion_module_kwargs": {
      "num_attention_heads": 4,
      "attention_block_types": ["Temporal_Self", "Temporal_Self"],
      "temporal_position_encoding": true,
      "temporal_position_encoding_max_len": 24
    }
  }
}
)"};

}  // namespace

std::vector<std::string> BuiltinConfigNames() {
  return {std::string(kAnimateAnyone.name), std::string(kNano.name)};
}

std::optional<ModelFolder> FindBuiltinConfig(absl::string_view name) {
  for (const BuiltinConfig* config : {&kAnimateAnyone, &kNano}) {
    if (config->name != name) continue;
    return ModelFolder{.path = std::string(name),
                       .unet_config = config->unet,
                       .vae_config = config->vae,
                       .image_encoder_config = config->image_encoder,
                       .topology = config->topology};
  }
  return std::nullopt;
}

}  // namespace animate
