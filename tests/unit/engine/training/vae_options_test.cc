#include "engine/training/vae_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace animate {
namespace {

struct BadOption {
  std::string field;
  std::function<void(VaeTaskOptions&)> spoil;
};

TEST(VaeOptionsTest, DefaultsAreValid) {
  EXPECT_TRUE(VaeTaskOptions().Validate().ok());
}

TEST(VaeOptionsTest, RefusesByTheNameOfTheField) {
  const BadOption cases[] = {
      {"grow_from",
       [](VaeTaskOptions& o) { o.init_folder = o.grow_from = "somewhere"; }},
      {"init_folder",
       [](VaeTaskOptions& o) { o.trained_part = VaeTrainedPart::kDecoder; }},
      {"config", [](VaeTaskOptions& o) { o.config.norm_num_groups = 7; }},
      {"config", [](VaeTaskOptions& o) { o.config.latent_channels = 0; }},
      {"config", [](VaeTaskOptions& o) { o.config.block_out_channels = {}; }},
      {"initial_logvar", [](VaeTaskOptions& o) { o.initial_logvar = 7; }},
      {"crop_width", [](VaeTaskOptions& o) { o.crop_width = 30; }},
      {"crop_width", [](VaeTaskOptions& o) { o.crop_width = -4; }},
      {"crop_height", [](VaeTaskOptions& o) { o.crop_height = 33; }},
      {"crops_per_clip", [](VaeTaskOptions& o) { o.crops_per_clip = 0; }},
      {"crop_candidates", [](VaeTaskOptions& o) { o.crop_candidates = 0; }},
      {"gradient_weight", [](VaeTaskOptions& o) { o.gradient_weight = -1; }},
      {"mse_weight", [](VaeTaskOptions& o) { o.mse_weight = -1; }},
      {"kl_weight", [](VaeTaskOptions& o) { o.kl_weight = -1; }},
      {"latent_noise", [](VaeTaskOptions& o) { o.latent_noise = 2; }},
      {"latent_noise", [](VaeTaskOptions& o) { o.latent_noise = 0.1; }},
      {"predicted_fraction",
       [](VaeTaskOptions& o) { o.predicted_fraction = 0.5; }},
      {"sheet_pictures", [](VaeTaskOptions& o) { o.sheet_pictures = 0; }},
  };
  for (const BadOption& bad : cases) {
    VaeTaskOptions options;
    bad.spoil(options);
    const absl::Status refused = options.Validate();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << bad.field;
    EXPECT_THAT(std::string(refused.message()),
                testing::StartsWith(bad.field + ":"));
  }
}

TEST(VaeOptionsTest, TheDecoderAloneMayBeDisturbed) {
  VaeTaskOptions options;
  options.init_folder = "somewhere";
  options.trained_part = VaeTrainedPart::kDecoder;
  options.latent_noise = 0.05;
  options.predicted_fraction = 0.5;
  EXPECT_TRUE(options.Validate().ok());
}

}  // namespace
}  // namespace animate
