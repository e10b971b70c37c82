#include "engine/model/model_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "engine/base/error.h"
#include "tests/support/golden.h"

namespace animate {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// The status of a refusal says where, what and the offending value.
template <typename T>
void ExpectRefused(const absl::StatusOr<T>& result, const std::string& key,
                   const std::string& value) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(result.status()), "UNSUPPORTED_MODEL_CONFIG");
  EXPECT_THAT(
      std::string(result.status().message()),
      AllOf(HasSubstr("some/config.json"), HasSubstr(key), HasSubstr(value)));
}

TEST(UnetConfigTest, ReadsThePublishedConfiguration) {
  const absl::StatusOr<UnetConfig> config = ParseUnetConfig(R"({
    "_class_name": "UNet2DConditionModel", "act_fn": "silu",
    "attention_head_dim": 8, "block_out_channels": [320, 640, 1280, 1280],
    "center_input_sample": false, "cross_attention_dim": 768,
    "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D",
                         "CrossAttnDownBlock2D", "DownBlock2D"],
    "downsample_padding": 1, "flip_sin_to_cos": true, "freq_shift": 0,
    "in_channels": 4, "layers_per_block": 2, "mid_block_scale_factor": 1,
    "norm_eps": 1e-05, "norm_num_groups": 32, "out_channels": 4,
    "sample_size": 64,
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D",
                       "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]})",
                                                            "config.json");
  ASSERT_TRUE(config.ok()) << config.status();
  const UnetConfig published;
  EXPECT_EQ(config->block_out_channels, published.block_out_channels);
  EXPECT_EQ(config->num_attention_heads, published.num_attention_heads);
  EXPECT_EQ(config->down_attention, published.down_attention);
  EXPECT_EQ(config->up_attention, published.up_attention);
  EXPECT_EQ(config->layers_per_block, published.layers_per_block);
  EXPECT_EQ(config->cross_attention_dim, published.cross_attention_dim);
  EXPECT_EQ(config->time_embedding_dim, published.time_embedding_dim);
  EXPECT_EQ(config->norm_eps, published.norm_eps);
}

TEST(UnetConfigTest, ReadsNumbersPerLevelAndTheNamesOfNewerFiles) {
  const absl::StatusOr<UnetConfig> config = ParseUnetConfig(R"({
    "block_out_channels": [32, 64, 96], "layers_per_block": [1, 2, 3],
    "attention_head_dim": 7, "num_attention_heads": [2, 4, 8],
    "transformer_layers_per_block": [1, 1, 5], "norm_num_groups": 16,
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock3D", "DownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"],
    "use_linear_projection": true, "class_embed_type": null,
    "only_cross_attention": [false, false, false],
    "time_embedding_dim": 40, "freq_shift": 1, "flip_sin_to_cos": false,
    "cross_attention_dim": 24, "downsample_padding": 0})",
                                                            "config.json");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->layers_per_block, ElementsAre(1, 2, 3));
  EXPECT_THAT(config->num_attention_heads, ElementsAre(2, 4, 8));
  EXPECT_THAT(config->transformer_layers_per_block, ElementsAre(1, 1, 5));
  EXPECT_THAT(config->down_attention, ElementsAre(false, true, false));
  // By level: the first up block is the lowest level.
  EXPECT_THAT(config->up_attention, ElementsAre(false, false, true));
  EXPECT_TRUE(config->use_linear_projection);
  EXPECT_FALSE(config->flip_sin_to_cos);
  EXPECT_EQ(config->time_embedding_dim, 40);
  EXPECT_EQ(config->downsample_padding, 0);
}

TEST(UnetConfigTest, TimeEmbeddingIsFourTimesTheFirstWidth) {
  const absl::StatusOr<UnetConfig> config =
      ParseUnetConfig(R"({"block_out_channels": [64, 64]})", "config.json");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->time_embedding_dim, 256);
  EXPECT_THAT(config->down_attention, ElementsAre(true, false));
}

TEST(UnetConfigTest, RefusesWhatIsNoObject) {
  for (const char* text : {"", "[1]", "{\"a\":", "null"}) {
    ExpectRefused(ParseUnetConfig(text, "some/config.json"), "JSON object", "");
  }
}

TEST(UnetConfigTest, RefusesWrongTypesAndValuesByName) {
  const struct {
    const char* json;
    const char* key;
    const char* value;
  } cases[] = {
      {R"({"in_channels": "four"})", "in_channels", "\"four\""},
      {R"({"in_channels": 0})", "in_channels", "0"},
      {R"({"in_channels": 4.5})", "in_channels", "4.5"},
      {R"({"out_channels": 18446744073709551615})", "out_channels", "1844"},
      {R"({"block_out_channels": 320})", "block_out_channels", "320"},
      {R"({"block_out_channels": [320]})", "block_out_channels", "1"},
      {R"({"block_out_channels": [320, -1]})", "block_out_channels", "-1"},
      {R"({"block_out_channels": [32, 48]})", "norm_num_groups", "48"},
      {R"({"block_out_channels": [32, 32], "attention_head_dim": 5})",
       "attention_head_dim", "5"},
      {R"({"layers_per_block": [1, 2]})", "layers_per_block", "[1,2]"},
      {R"({"down_block_types": ["DownBlock2D"]})", "down_block_types", "4"},
      {R"({"up_block_types": ["UpBlock2D", "UpBlock2D", "UpBlock2D", "X2D"]})",
       "up_block_types", "X2D"},
      {R"({"up_block_types": ["UpBlock2D", "UpBlock2D", "UpBlock2D", 1]})",
       "up_block_types", "1"},
      {R"({"act_fn": "gelu"})", "act_fn", "gelu"},
      {R"({"norm_eps": true})", "norm_eps", "true"},
      {R"({"flip_sin_to_cos": 1})", "flip_sin_to_cos", "1"},
      {R"({"downsample_padding": 2})", "downsample_padding", "2"},
      {R"({"cross_attention_dim": [768]})", "cross_attention_dim", "[768]"},
      {R"({"dual_cross_attention": true})", "dual_cross_attention", "true"},
      {R"({"class_embed_type": "timestep"})", "class_embed_type", "timestep"},
      {R"({"mid_block_type": "UNetMidBlock2D"})", "mid_block_type", "Mid"},
      {R"({"resnet_time_scale_shift": "scale_shift"})",
       "resnet_time_scale_shift", "scale_shift"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.json);
    ExpectRefused(ParseUnetConfig(c.json, "some/config.json"), c.key, c.value);
  }
}

TEST(InferenceConfigTest, PublishedSettingsHoldWhereTheFileIsSilent) {
  const absl::StatusOr<InferenceConfig> config =
      ParseInferenceConfig("{}", "topology.json");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->motion.motion_module_resolutions,
              ElementsAre(1, 2, 4, 8));
  EXPECT_EQ(config->motion.num_attention_heads, 8);
  EXPECT_TRUE(config->motion.InMidBlock());
  EXPECT_EQ(config->noise_scheduler.beta_schedule, "linear");
  EXPECT_EQ(config->noise_scheduler.prediction_type, "v_prediction");
  EXPECT_TRUE(config->noise_scheduler.rescale_betas_zero_snr);
}

TEST(InferenceConfigTest, ReadsMotionModulesAndScheduler) {
  const absl::StatusOr<InferenceConfig> config = ParseInferenceConfig(R"({
    "unet_additional_kwargs": {
      "use_inflated_groupnorm": true, "motion_module_resolutions": [2, 8],
      "motion_module_mid_block": false, "motion_module_decoder_only": true,
      "motion_module_kwargs": {
        "num_attention_heads": 2, "num_transformer_block": 3,
        "attention_block_types": ["Temporal_Self"],
        "temporal_position_encoding": false, "temporal_attention_dim_div": 2}},
    "noise_scheduler_kwargs": {
      "beta_schedule": "scaled_linear", "prediction_type": "epsilon",
      "timestep_spacing": "leading", "num_train_timesteps": 500,
      "beta_start": 0.001, "beta_end": 0.02, "steps_offset": 0,
      "rescale_betas_zero_snr": false, "clip_sample": true}})",
                                                                      "t.json");
  ASSERT_TRUE(config.ok()) << config.status();
  const MotionConfig& motion = config->motion;
  EXPECT_EQ(motion.num_attention_heads, 2);
  EXPECT_EQ(motion.num_transformer_block, 3);
  EXPECT_EQ(motion.num_attention_blocks, 1);
  EXPECT_FALSE(motion.temporal_position_encoding);
  EXPECT_EQ(motion.temporal_attention_dim_div, 2);
  EXPECT_FALSE(motion.InMidBlock());
  EXPECT_FALSE(motion.InUpBlock(0));
  EXPECT_TRUE(motion.InUpBlock(1));
  EXPECT_TRUE(motion.InUpBlock(3));
  EXPECT_FALSE(motion.InDownBlock(1));

  const NoiseSchedulerConfig& noise = config->noise_scheduler;
  EXPECT_EQ(noise.beta_schedule, "scaled_linear");
  EXPECT_EQ(noise.prediction_type, "epsilon");
  EXPECT_EQ(noise.timestep_spacing, "leading");
  EXPECT_EQ(noise.num_train_timesteps, 500);
  EXPECT_EQ(noise.beta_start, 0.001);
  EXPECT_EQ(noise.beta_end, 0.02);
  EXPECT_EQ(noise.steps_offset, 0);
  EXPECT_FALSE(noise.rescale_betas_zero_snr);
  EXPECT_TRUE(noise.clip_sample);
}

TEST(InferenceConfigTest, RefusesWhatTheNetworksDoNotImplement) {
  const struct {
    const char* json;
    const char* key;
    const char* value;
  } cases[] = {
      {R"({"unet_additional_kwargs": 3})", "unet_additional_kwargs", ""},
      {R"({"unet_additional_kwargs": {"use_inflated_groupnorm": false}})",
       "use_inflated_groupnorm", "false"},
      {R"({"unet_additional_kwargs": {"unet_use_temporal_attention": true}})",
       "unet_use_temporal_attention", "true"},
      {R"({"unet_additional_kwargs": {"motion_module_kwargs":
           {"attention_block_types": ["Temporal_Cross"]}}})",
       "attention_block_types", "Temporal_Cross"},
      {R"({"noise_scheduler_kwargs": {"beta_schedule": "cosine"}})",
       "beta_schedule", "cosine"},
      {R"({"noise_scheduler_kwargs": {"num_train_timesteps": 0}})",
       "num_train_timesteps", "0"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.json);
    ExpectRefused(ParseInferenceConfig(c.json, "some/config.json"), c.key,
                  c.value);
  }
}

TEST(MotionConfigTest, WidthsMustSuitGroupsAndHeads) {
  const UnetConfig narrow{.block_out_channels = {16, 32}};
  EXPECT_FALSE(CheckMotionFits({}, narrow, "config.json").ok());
  EXPECT_TRUE(
      CheckMotionFits({.motion_module_resolutions = {2}}, narrow, "config.json")
          .ok());
  EXPECT_FALSE(CheckMotionFits(
                   {.motion_module_resolutions = {2}, .num_attention_heads = 5},
                   narrow, "config.json")
                   .ok());
  EXPECT_TRUE(CheckMotionFits({}, UnetConfig(), "config.json").ok());
}

TEST(VaeConfigTest, ScalingFactorIsPublishedOneWhenAbsent) {
  const absl::StatusOr<VaeConfig> config = ParseVaeConfig(R"({
    "block_out_channels": [8, 16, 16], "layers_per_block": 2,
    "norm_num_groups": 4, "down_block_types": ["DownEncoderBlock2D",
    "DownEncoderBlock2D", "DownEncoderBlock2D"]})",
                                                          "config.json");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->scaling_factor, 0.18215);
  EXPECT_EQ(config->spatial_factor(), 4);
  EXPECT_EQ(config->layers_per_block, 2);
  EXPECT_EQ(ParseVaeConfig(R"({"scaling_factor": 0.5})", "c")->scaling_factor,
            0.5);
}

TEST(VaeConfigTest, RefusesOtherBlocksAndWidths) {
  const char kWhere[] = "some/config.json";
  ExpectRefused(
      ParseVaeConfig(R"({"up_block_types": ["AttnUpDecoderBlock2D"]})", kWhere),
      "up_block_types", "AttnUpDecoderBlock2D");
  ExpectRefused(ParseVaeConfig(R"({"block_out_channels": [24]})", kWhere),
                "norm_num_groups", "24");
  ExpectRefused(ParseVaeConfig(R"({"scaling_factor": -1})", kWhere),
                "scaling_factor", "positive");
}

TEST(ClipVisionConfigTest, ReadsTheFileOfTheTowerOrOfAWholeClip) {
  for (const char* json :
       {R"({"hidden_size": 64, "num_attention_heads": 4, "projection_dim": 48,
            "hidden_act": "gelu", "patch_size": 14})",
        R"({"text_config": {}, "vision_config": {"hidden_size": 64,
            "num_attention_heads": 4, "projection_dim": 48,
            "hidden_act": "gelu", "patch_size": 14}})"}) {
    const absl::StatusOr<ClipVisionConfig> config =
        ParseClipVisionConfig(json, "config.json");
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->hidden_size, 64);
    EXPECT_EQ(config->projection_dim, 48);
    EXPECT_EQ(config->hidden_act, "gelu");
    EXPECT_EQ(config->num_hidden_layers, 12);  // the library's default
  }
}

TEST(ClipVisionConfigTest, RefusesHeadsAndActivationsThatDoNotFit) {
  const char kWhere[] = "some/config.json";
  ExpectRefused(ParseClipVisionConfig(R"({"hidden_act": "relu"})", kWhere),
                "hidden_act", "relu");
  ExpectRefused(ParseClipVisionConfig(R"({"num_attention_heads": 7})", kWhere),
                "num_attention_heads", "7");
}

}  // namespace
}  // namespace animate
