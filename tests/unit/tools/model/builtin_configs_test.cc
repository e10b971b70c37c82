#include "tools/model/builtin_configs.h"

#include <gmock/gmock.h>

#include <optional>
#include <string>

#include "engine/pipeline/folder_config.h"

namespace animate {
namespace {

TEST(BuiltinConfigsTest, EveryNameHasAConfigurationThatParses) {
  EXPECT_THAT(BuiltinConfigNames(),
              ::testing::ElementsAre("animate-anyone", "nano"));
  for (const std::string& name : BuiltinConfigNames()) {
    const std::optional<ModelFolder> texts = FindBuiltinConfig(name);
    ASSERT_TRUE(texts.has_value()) << name;
    const absl::StatusOr<FolderConfig> config = ParseFolderConfig(*texts);
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_TRUE(config->describes_motion) << name;
  }
  EXPECT_FALSE(FindBuiltinConfig("anyone").has_value());
}

TEST(BuiltinConfigsTest, AnimateAnyoneIsWhatTheEngineTakesAsPublished) {
  const FolderConfig config =
      ParseFolderConfig(*FindBuiltinConfig("animate-anyone")).value();
  const UnetConfig unet;
  EXPECT_EQ(config.unet.block_out_channels, unet.block_out_channels);
  EXPECT_EQ(config.unet.num_attention_heads, unet.num_attention_heads);
  EXPECT_EQ(config.unet.down_attention, unet.down_attention);
  EXPECT_EQ(config.unet.up_attention, unet.up_attention);
  EXPECT_EQ(config.unet.cross_attention_dim, unet.cross_attention_dim);
  EXPECT_EQ(config.vae.block_out_channels, VaeConfig().block_out_channels);
  EXPECT_EQ(config.image_encoder.num_hidden_layers,
            ClipVisionConfig().num_hidden_layers);
  EXPECT_EQ(config.inference.noise_scheduler.beta_schedule, "linear");
}

}  // namespace
}  // namespace animate
