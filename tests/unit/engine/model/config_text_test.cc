#include "engine/model/config_text.h"

#include <gtest/gtest.h>

#include <string>

namespace animate {
namespace {

TEST(ConfigTextTest, AUnetComesBackAsItWas) {
  UnetConfig config;
  config.in_channels = 16;
  config.out_channels = 16;
  config.block_out_channels = {64, 128, 256};
  config.layers_per_block = {1, 2, 1};
  config.down_attention = {true, false, true};
  config.up_attention = {false, false, true};
  config.num_attention_heads = {4, 2, 8};
  config.transformer_layers_per_block = {1, 1, 2};
  config.cross_attention_dim = 24;
  config.norm_num_groups = 8;
  config.norm_eps = 1e-6;
  config.time_embedding_dim = 99;
  const absl::StatusOr<UnetConfig> read =
      ParseUnetConfig(UnetConfigText(config), "unet");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->in_channels, config.in_channels);
  EXPECT_EQ(read->out_channels, config.out_channels);
  EXPECT_EQ(read->block_out_channels, config.block_out_channels);
  EXPECT_EQ(read->layers_per_block, config.layers_per_block);
  EXPECT_EQ(read->down_attention, config.down_attention);
  EXPECT_EQ(read->up_attention, config.up_attention);
  EXPECT_EQ(read->num_attention_heads, config.num_attention_heads);
  EXPECT_EQ(read->transformer_layers_per_block,
            config.transformer_layers_per_block);
  EXPECT_EQ(read->cross_attention_dim, config.cross_attention_dim);
  EXPECT_EQ(read->norm_num_groups, config.norm_num_groups);
  EXPECT_EQ(read->norm_eps, config.norm_eps);
  EXPECT_EQ(read->time_embedding_dim, config.time_embedding_dim);
}

TEST(ConfigTextTest, AnImageEncoderComesBackAsItWas) {
  const ClipVisionConfig config = {.hidden_size = 64,
                                   .intermediate_size = 100,
                                   .projection_dim = 32,
                                   .num_hidden_layers = 3,
                                   .num_attention_heads = 4,
                                   .image_size = 64,
                                   .patch_size = 8,
                                   .hidden_act = "gelu"};
  const absl::StatusOr<ClipVisionConfig> read =
      ParseClipVisionConfig(ClipVisionConfigText(config), "image_encoder");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->hidden_size, 64);
  EXPECT_EQ(read->intermediate_size, 100);
  EXPECT_EQ(read->projection_dim, 32);
  EXPECT_EQ(read->num_hidden_layers, 3);
  EXPECT_EQ(read->num_attention_heads, 4);
  EXPECT_EQ(read->image_size, 64);
  EXPECT_EQ(read->patch_size, 8);
  EXPECT_EQ(read->hidden_act, "gelu");
}

TEST(ConfigTextTest, ATopologyComesBackAsItWas) {
  InferenceConfig config;
  config.motion.use_motion_module = false;
  config.motion.motion_module_resolutions = {1, 4};
  config.motion.motion_module_mid_block = false;
  config.motion.motion_module_decoder_only = true;
  config.motion.num_attention_heads = 4;
  config.motion.num_attention_blocks = 3;
  config.noise_scheduler.beta_schedule = "scaled_linear";
  config.noise_scheduler.prediction_type = "sample";
  config.noise_scheduler.num_train_timesteps = 500;
  SamplingConfig sampling;
  sampling.num_inference_steps = 2;
  sampling.guidance_scale = 1.5;
  sampling.noise = "shared";
  const std::string text = TopologyText(config, sampling, 17);

  const absl::StatusOr<InferenceConfig> read =
      ParseInferenceConfig(text, "topology.json");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(read->motion.use_motion_module);
  EXPECT_EQ(read->motion.motion_module_resolutions,
            config.motion.motion_module_resolutions);
  EXPECT_FALSE(read->motion.motion_module_mid_block);
  EXPECT_TRUE(read->motion.motion_module_decoder_only);
  EXPECT_EQ(read->motion.num_attention_heads, 4);
  EXPECT_EQ(read->motion.num_attention_blocks, 3);
  EXPECT_EQ(read->noise_scheduler.beta_schedule, "scaled_linear");
  EXPECT_EQ(read->noise_scheduler.prediction_type, "sample");
  EXPECT_EQ(read->noise_scheduler.num_train_timesteps, 500);
  const absl::StatusOr<SamplingConfig> defaults =
      ParseSamplingConfig(text, "topology.json");
  ASSERT_TRUE(defaults.ok()) << defaults.status();
  EXPECT_EQ(defaults->num_inference_steps, 2);
  EXPECT_EQ(defaults->guidance_scale, 1.5);
  EXPECT_EQ(defaults->noise, "shared");
  EXPECT_FALSE(defaults->width.has_value());
  EXPECT_NE(text.find("\"temporal_position_encoding_max_len\": 17"),
            std::string::npos);
}

TEST(ConfigTextTest, WithoutDefaultsThereIsNoSampling) {
  EXPECT_EQ(TopologyText({}, {}, 32).find("sampling"), std::string::npos);
}

}  // namespace
}  // namespace animate
