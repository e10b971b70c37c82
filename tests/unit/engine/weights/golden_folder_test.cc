// Reads a complete model folder that Python wrote (tests/golden/nano).
#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include <ATen/core/Tensor.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/weights/key_mapping.h"
#include "engine/weights/model_folder.h"
#include "engine/weights/state_dict.h"
#include "tests/support/paths.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

std::string GoldenModel() {
  return absl::StrCat(SourceDir(), "/tests/golden/nano/pretrained_weights");
}

TEST(GoldenFolderTest, EveryNetworkLoadsAndIsFinite) {
  const auto folder = FindModelFolder(GoldenModel());
  ASSERT_THAT(folder, IsOk());
  for (const std::string& path :
       {folder->denoising_unet, folder->reference_unet, folder->motion_module,
        folder->pose_guider, folder->vae, folder->image_encoder}) {
    const auto state_dict = LoadStateDict(path);
    ASSERT_THAT(state_dict, IsOk()) << path;
    EXPECT_FALSE(state_dict->empty()) << path;
    for (const auto& [key, tensor] : *state_dict) {
      EXPECT_TRUE(tensor.to(at::kDouble).sum().isfinite().item<bool>()) << key;
    }
  }
}

TEST(GoldenFolderTest, MotionKeysAreInTheirOwnFileOnly) {
  const auto folder = FindModelFolder(GoldenModel());
  ASSERT_THAT(folder, IsOk());
  const auto motion = LoadStateDict(folder->motion_module);
  const auto denoising = LoadStateDict(folder->denoising_unet);
  ASSERT_THAT(motion, IsOk());
  ASSERT_THAT(denoising, IsOk());
  for (const auto& [key, tensor] : *motion) {
    EXPECT_TRUE(absl::StrContains(key, "motion_modules.")) << key;
    EXPECT_FALSE(denoising->contains(key)) << key;
  }
}

TEST(GoldenFolderTest, TheAutoencoderGetsItsCurrentNames) {
  const auto folder = FindModelFolder(GoldenModel());
  ASSERT_THAT(folder, IsOk());
  const auto vae = LoadStateDict(folder->vae);
  ASSERT_THAT(vae, IsOk());
  const auto renamed = WithCurrentVaeKeys(*vae);
  ASSERT_THAT(renamed, IsOk());
  EXPECT_EQ(renamed->size(), vae->size());
  for (const char* half : {"encoder", "decoder"}) {
    for (const char* name : {"to_q", "to_k", "to_v", "to_out.0"}) {
      const std::string key =
          absl::StrCat(half, ".mid_block.attentions.0.", name, ".weight");
      EXPECT_TRUE(renamed->contains(key)) << key;
    }
  }
}

}  // namespace
}  // namespace animate
