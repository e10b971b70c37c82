#include "engine/training/vae_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ATen/ops/equal.h>

#include "engine/training/vae_growth.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/vae_testing.h"

namespace animate {
namespace {

TEST(VaeFilesTest, ReadsWhatItWrites) {
  const TemporaryFolder place;
  VaeModel model = NewVae(TinyVae(), -6, 1);
  model.config.scaling_factor = 0.125;
  ASSERT_TRUE(WriteVae(place / "run", model).ok());
  for (const char* folder : {"run", "run/sd-vae-ft-mse"}) {
    const absl::StatusOr<VaeModel> read = ReadVae(place / folder);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(VaeConfigText(read->config), VaeConfigText(model.config));
    ASSERT_EQ(read->weights.size(), model.weights.size());
    for (const auto& [key, tensor] : model.weights) {
      EXPECT_TRUE(at::equal(read->weights.at(key), tensor)) << key;
    }
  }
}

TEST(VaeFilesTest, WritesAConfigurationThatModelFoldersUse) {
  VaeConfig config = TinyVae();
  config.scaling_factor = 0.5;
  const absl::StatusOr<VaeConfig> read =
      ParseVaeConfig(VaeConfigText(config), "config.json");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->latent_channels, 4);
  EXPECT_EQ(read->block_out_channels, config.block_out_channels);
  EXPECT_EQ(read->layers_per_block, 1);
  EXPECT_EQ(read->norm_num_groups, 1);
  EXPECT_EQ(read->scaling_factor, 0.5);
}

TEST(VaeFilesTest, SaysWhatIsMissing) {
  const TemporaryFolder place;
  EXPECT_EQ(ReadVae(place / "nothing").status().code(),
            absl::StatusCode::kNotFound);
  place.Write("half/config.json", VaeConfigText(TinyVae()));
  const absl::Status half = ReadVae(place / "half").status();
  EXPECT_EQ(half.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(half.message(), testing::HasSubstr("diffusion_pytorch_model"));
}

TEST(VaeFilesTest, RefusesWeightsOfAnotherConfiguration) {
  const TemporaryFolder place;
  VaeModel model = NewVae(TinyVae(), -6, 1);
  model.config.latent_channels = 5;
  ASSERT_TRUE(WriteVae(place / "run", model).ok());
  const absl::Status refused = ReadVae(place / "run").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused.message(), testing::HasSubstr("quant_conv.weight"));
}

}  // namespace
}  // namespace animate
