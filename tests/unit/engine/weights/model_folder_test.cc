#include "engine/weights/model_folder.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "engine/base/sha256.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kFiles[] = {
    "denoising_unet.pth",
    "reference_unet.pth",
    "motion_module.pth",
    "pose_guider.pth",
    "sd-vae-ft-mse/diffusion_pytorch_model.safetensors",
    "image_encoder/pytorch_model.bin",
    "sd-vae-ft-mse/config.json",
    "image_encoder/config.json",
    "stable-diffusion-v1-5/unet/config.json",
};

// A folder in the published layout; the weights are not valid.
class ModelFolderTest : public testing::Test {
 protected:
  ModelFolderTest() {
    for (const std::string name : kFiles) {
      folder_.Write(name, absl::EndsWith(name, ".json") ? "{\"a\": 1}" : name);
    }
  }

  void Remove(const std::string& name) {
    ASSERT_TRUE(std::filesystem::remove(folder_ / name));
  }

  absl::StatusOr<ModelFolder> Find() { return FindModelFolder(folder_.path()); }

  TemporaryFolder folder_;
};

TEST_F(ModelFolderTest, FindsThePublishedLayout) {
  const auto found = Find();
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->denoising_unet, folder_ / "denoising_unet.pth");
  EXPECT_EQ(found->reference_unet, folder_ / "reference_unet.pth");
  EXPECT_EQ(found->motion_module, folder_ / "motion_module.pth");
  EXPECT_EQ(found->pose_guider, folder_ / "pose_guider.pth");
  EXPECT_EQ(found->vae,
            (folder_ / "sd-vae-ft-mse/diffusion_pytorch_model.safetensors"));
  EXPECT_EQ(found->image_encoder,
            (folder_ / "image_encoder/pytorch_model.bin"));
  EXPECT_EQ(found->unet_config, "{\"a\": 1}");
  EXPECT_EQ(found->vae_config, "{\"a\": 1}");
  EXPECT_EQ(found->image_encoder_config, "{\"a\": 1}");
  EXPECT_EQ(found->topology, std::nullopt);
  EXPECT_EQ(found->inference_config, std::nullopt);
  EXPECT_EQ(found->files.size(), 9u);
}

TEST_F(ModelFolderTest, PrefersSafetensorsAndAcceptsShards) {
  folder_.Write("denoising_unet.safetensors", "x");
  folder_.Write("image_encoder/model.safetensors", "x");
  Remove("reference_unet.pth");
  folder_.Write("reference_unet.safetensors.index.json", "{}");
  Remove("sd-vae-ft-mse/diffusion_pytorch_model.safetensors");
  folder_.Write("sd-vae-ft-mse/diffusion_pytorch_model.bin", "x");
  const auto found = Find();
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->denoising_unet, folder_ / "denoising_unet.safetensors");
  EXPECT_EQ(found->reference_unet,
            (folder_ / "reference_unet.safetensors.index.json"));
  EXPECT_EQ(found->vae,
            (folder_ / "sd-vae-ft-mse/diffusion_pytorch_model.bin"));
  EXPECT_EQ(found->image_encoder,
            (folder_ / "image_encoder/model.safetensors"));
  EXPECT_THAT(found->files, Not(Contains("denoising_unet.pth")));
}

TEST_F(ModelFolderTest, ReadsTheOptionalConfigurations) {
  folder_.Write("topology.json", "{\"name\": \"tiny\"}");
  folder_.Write("configs/inference/inference_v2.yaml", "sampler: DDIM\n");
  const auto found = Find();
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->topology, "{\"name\": \"tiny\"}");
  EXPECT_EQ(found->inference_config, "{\"sampler\":\"DDIM\"}");
  EXPECT_THAT(found->files, Contains("configs/inference/inference_v2.yaml"));
}

TEST_F(ModelFolderTest, AMissingFolderIsNotFound) {
  const absl::Status status = FindModelFolder(folder_ / "none").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(GetErrorReason(status), "MODEL_FOLDER_MISSING");
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder_ / "none"));
}

TEST_F(ModelFolderTest, AFileIsNotAFolder) {
  EXPECT_THAT(FindModelFolder(folder_ / "pose_guider.pth"),
              IsRefused("not a folder"));
}

TEST_F(ModelFolderTest, EachMissingFileIsAnError) {
  for (const char* name : kFiles) {
    const TemporaryFolder folder;
    for (const std::string other : kFiles) {
      if (other != name) {
        folder.Write(other, "{}");
      }
    }
    const absl::Status status = FindModelFolder(folder.path()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << name;
    EXPECT_EQ(GetErrorReason(status), "MODEL_FILES_MISSING") << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(name));
    EXPECT_THAT(std::string(status.message()), HasSubstr("lacks 1 file"));
  }
}

TEST_F(ModelFolderTest, ListsEverythingMissingAtOnceWithWhatWouldDo) {
  const TemporaryFolder empty;
  const std::string message(FindModelFolder(empty.path()).status().message());
  EXPECT_THAT(message, HasSubstr(empty.path()));
  EXPECT_THAT(message, HasSubstr("lacks 9 files"));
  for (const char* name : kFiles) {
    EXPECT_THAT(message, HasSubstr(name));
  }
  EXPECT_THAT(message, HasSubstr("motion module: none of "
                                 "motion_module.safetensors, "));
}

TEST_F(ModelFolderTest, AFolderOrBrokenLinkInPlaceOfAFileIsMissing) {
  Remove("motion_module.pth");
  std::filesystem::create_directory(folder_ / "motion_module.pth");
  Remove("pose_guider.pth");
  std::filesystem::create_symlink("nowhere", folder_ / "pose_guider.pth");
  const std::string message(Find().status().message());
  EXPECT_THAT(message, HasSubstr("lacks 2 files"));
}

TEST_F(ModelFolderTest, RefusesConfigurationsThatAreNotObjects) {
  for (const char* content : {"{", "[]", "1"}) {
    folder_.Write("image_encoder/config.json", content);
    EXPECT_THAT(Find(),
                IsRefused("image_encoder/config.json: not a JSON object"));
  }
  folder_.Write("image_encoder/config.json", "");
  EXPECT_THAT(Find(), IsRefused("empty"));
  folder_.Write("image_encoder/config.json", std::string((1 << 20) + 1, ' '));
  EXPECT_THAT(Find(), IsRefused("at most 1048576"));
}

TEST_F(ModelFolderTest, RefusesYamlItCannotRead) {
  folder_.Write("inference_v2.yaml", "a: [1]\n");
  EXPECT_THAT(Find(), IsRefused("inference_v2.yaml: line 1"));
}

TEST_F(ModelFolderTest, TheDigestDependsOnContentsAndNamesOnly) {
  const auto before = ModelDigest(*Find());
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->size(), 64u);
  folder_.Write("unrelated.txt", "x");
  EXPECT_EQ(*ModelDigest(*Find()), *before);
  std::filesystem::rename(folder_ / "pose_guider.pth",
                          (folder_ / "pose_guider.bin"));
  EXPECT_NE(*ModelDigest(*Find()), *before);
  std::filesystem::rename(folder_ / "pose_guider.bin",
                          (folder_ / "pose_guider.pth"));
  EXPECT_EQ(*ModelDigest(*Find()), *before);
  folder_.Write("pose_guider.pth", "changed");
  EXPECT_NE(*ModelDigest(*Find()), *before);
}

TEST_F(ModelFolderTest, TheDigestCoversTheShardsOfAnIndex) {
  Remove("pose_guider.pth");
  folder_.Write("pose_guider.safetensors.index.json",
                R"({"weight_map": {"a": "shard"}})");
  folder_.Write("shard", "1");
  const auto before = ModelDigest(*Find());
  ASSERT_THAT(before, IsOk());
  folder_.Write("shard", "2");
  EXPECT_NE(*ModelDigest(*Find()), *before);
}

TEST_F(ModelFolderTest, AcceptsTheNamesOfAnimateDiff) {
  Remove("motion_module.pth");
  for (const std::string name :
       {"motion_module/diffusion_pytorch_model.safetensors", "v3_sd15_mm.ckpt",
        "mm_sd_v15.ckpt", "mm_sd_v15_v2.ckpt", "motion_module.ckpt"}) {
    folder_.Write(name, "x");
    const auto found = Find();
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ(found->motion_module, folder_ / name);
  }
}

TEST_F(ModelFolderTest, TellsConfigurationFromWeights) {
  const auto found = Find();
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(found->configs,
              testing::ElementsAre("image_encoder/config.json",
                                   "sd-vae-ft-mse/config.json",
                                   "stable-diffusion-v1-5/unet/config.json"));
}

TEST_F(ModelFolderTest, ConfigurationIsFoundWithoutWeights) {
  Remove("denoising_unet.pth");
  Remove("motion_module.pth");
  const auto found = FindModelConfigs(folder_.path());
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->unet_config, "{\"a\": 1}");
  EXPECT_EQ(found->denoising_unet, "");
  EXPECT_EQ(found->files, found->configs);
  Remove("sd-vae-ft-mse/config.json");
  EXPECT_THAT(FindModelConfigs(folder_.path()).status().message(),
              HasSubstr("autoencoder configuration"));
}

TEST_F(ModelFolderTest, ADigestCanBeCancelled) {
  const auto found = Find();
  ASSERT_THAT(found, IsOk());
  CancellationToken cancel;
  EXPECT_THAT(ModelDigest(*found, &cancel), IsOk());
  cancel.Cancel(absl::CancelledError("enough"));
  EXPECT_EQ(ModelDigest(*found, &cancel).status().code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace animate
