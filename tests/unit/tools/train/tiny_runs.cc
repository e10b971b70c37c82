#include "tests/unit/tools/train/tiny_runs.h"

namespace animate {

std::string TinyVaeConfig() {
  return R"({
    "output": "set by the test",
    "task": {
      "network": {"latent_channels": 4, "block_out_channels": [8, 8],
                  "layers_per_block": 1, "norm_num_groups": 1},
      "crop_width": 16, "crop_height": 16, "crops_per_clip": 1,
      "statistics_clips": 1, "sheet_pictures": 1
    },
    "data": {"width": 32, "height": 32, "frames": 1},
    "trainer": {"steps": 2, "batch_size": 1, "learning_rate": {"peak": 1e-3},
                "checkpoint_steps": 1, "checkpoint_seconds": 0,
                "sheet_steps": 0},
    "report": {"log_steps": 1, "sheet_clips": 2}
  })";
}

std::string TinyStage1Config() {
  return R"({
    "output": "set by the test",
    "task": {
      "networks": {
        "unet": {"block_out_channels": [32, 32], "layers_per_block": [1, 1],
                 "down_attention": [true, false],
                 "up_attention": [true, false],
                 "num_attention_heads": [2, 2],
                 "transformer_layers_per_block": [1, 1], "norm_num_groups": 4},
        "motion": {"motion_module_resolutions": [1], "num_attention_heads": 2,
                   "motion_module_mid_block": false, "positions": 8},
        "image_encoder": {"hidden_size": 16, "intermediate_size": 32,
                          "projection_dim": 16, "num_hidden_layers": 1,
                          "num_attention_heads": 2, "image_size": 16,
                          "patch_size": 8},
        "pose_guider_channels": [8, 16]
      },
      "train_image_encoder": true,
      "sheet_steps": 1, "sheet_frames": 1, "device": "cpu"
    },
    "data": {"width": 32, "height": 32, "frames": 1},
    "trainer": {"steps": 2, "batch_size": 2, "learning_rate": {"peak": 1e-3},
                "sheet_steps": 2},
    "report": {"log_steps": 1, "curve_steps": 1, "sheet_clips": 2}
  })";
}

std::string TinyStage2Config() {
  return R"({
    "output": "set by the test",
    "task": {"sheet_steps": 1, "sheet_frames": 2, "device": "cpu"},
    "data": {"width": 32, "height": 32, "frames": 2},
    "trainer": {"steps": 2, "batch_size": 1, "learning_rate": {"peak": 1e-3},
                "sheet_steps": 2, "model_steps": 1},
    "report": {"log_steps": 1, "sheet_clips": 2}
  })";
}

}  // namespace animate
