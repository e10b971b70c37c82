#include "engine/pipeline/folder_config.h"

#include <gmock/gmock.h>

#include <string>

namespace animate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

ModelFolder Texts() {
  return {
      .unet_config = "{}", .vae_config = "{}", .image_encoder_config = "{}"};
}

TEST(ParseFolderConfigTest, WithoutFurtherFilesTheWeightsDecideOnMotion) {
  const absl::StatusOr<FolderConfig> config = ParseFolderConfig(Texts());
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_FALSE(config->describes_motion);
  EXPECT_EQ(config->inference.noise_scheduler.prediction_type, "v_prediction");
}

TEST(ParseFolderConfigTest, TopologyGoesBeforeTheInferenceConfiguration) {
  ModelFolder texts = Texts();
  texts.inference_config =
      R"({"unet_additional_kwargs": {"motion_module_mid_block": false}})";
  EXPECT_FALSE(
      ParseFolderConfig(texts)->inference.motion.motion_module_mid_block);
  EXPECT_TRUE(ParseFolderConfig(texts)->describes_motion);
  texts.topology = "{}";
  EXPECT_TRUE(
      ParseFolderConfig(texts)->inference.motion.motion_module_mid_block);
  EXPECT_FALSE(ParseFolderConfig(texts)->describes_motion);
}

TEST(ParseFolderConfigTest, SamplingIsReadAndCheckedAgainstTheNetworks) {
  ModelFolder texts = Texts();
  texts.vae_config = R"({"block_out_channels": [16, 32, 32, 48],
                         "norm_num_groups": 1})";
  texts.topology = R"({"sampling": {"noise": "shared", "width": 96,
                                    "height": 144}})";
  ASSERT_TRUE(ParseFolderConfig(texts).ok());
  EXPECT_EQ(ParseFolderConfig(texts)->sampling.noise, "shared");
  EXPECT_EQ(ParseFolderConfig(texts)->sampling.width, 96);
  texts.topology = R"({"sampling": {"width": 96, "height": 148}})";
  EXPECT_THAT(std::string(ParseFolderConfig(texts).status().message()),
              HasSubstr("148"));
  texts.topology = R"({"sampling": {"strength": 2}})";
  EXPECT_THAT(std::string(ParseFolderConfig(texts).status().message()),
              AllOf(HasSubstr("topology.json"), HasSubstr("strength")));
}

TEST(ParseFolderConfigTest, EverythingWrongIsNamedAtOnce) {
  ModelFolder texts = Texts();
  texts.unet_config = R"({"in_channels": "four"})";
  texts.vae_config = R"({"latent_channels": "four"})";
  EXPECT_THAT(std::string(ParseFolderConfig(texts).status().message()),
              AllOf(HasSubstr("in_channels"), HasSubstr("latent_channels")));
}

}  // namespace
}  // namespace animate
