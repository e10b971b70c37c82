#include "engine/pipeline/motion_weights.h"

#include <ATen/ops/ones.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/weights/motion_keys.h"
#include "engine/weights/safetensors_writer.h"
#include "engine/weights/state_dict.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A copy of the nano model, without topology.json, whose motion module changes.
class AnimateDiffTest : public ::testing::Test {
 protected:
  AnimateDiffTest()
      : folder_(
            fs::path(::testing::TempDir()) /
            ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::copy(NanoModelFolder(), folder_, fs::copy_options::recursive);
    fs::remove(folder_ / "topology.json");
    motion_ = LoadStateDict((folder_ / "motion_module.pth").string()).value();
    fs::remove(folder_ / "motion_module.pth");
  }
  ~AnimateDiffTest() override { fs::remove_all(folder_); }

  absl::StatusOr<ModelBundle> LoadWith(const StateDict& motion) const {
    EXPECT_TRUE(SaveSafetensors(
                    (folder_ / "motion_module.safetensors").string(), motion)
                    .ok());
    return LoadModelBundle(folder_.string(), {});
  }

  // The modules whose name contains none of `places`.
  StateDict Without(const std::string& place) const {
    StateDict kept;
    for (const auto& [key, tensor] : motion_) {
      if (!absl::StrContains(key, place)) kept.emplace(key, tensor);
    }
    return kept;
  }

  const fs::path folder_;
  StateDict motion_;
};

TEST_F(AnimateDiffTest, Version2HasAllModules) {
  EXPECT_TRUE(LoadWith(motion_).ok());
}

TEST_F(AnimateDiffTest, Versions1And3HaveNoneInTheMiddle) {
  const absl::StatusOr<ModelBundle> models = LoadWith(Without("mid_block."));
  ASSERT_TRUE(models.ok()) << models.status();
}

TEST_F(AnimateDiffTest, TheShortestTableOfPositionsLimitsTheWindow) {
  for (auto& [key, tensor] : motion_) {
    if (absl::EndsWith(key, "pos_encoder.pe") &&
        absl::StartsWith(key, "up_blocks.1.motion_modules.0")) {
      tensor = tensor.narrow(1, 0, 16);
    }
  }
  const absl::StatusOr<ModelBundle> models = LoadWith(motion_);
  ASSERT_TRUE(models.ok()) << models.status();
  EXPECT_EQ(models->info.max_context_frames, 16);
  EXPECT_EQ(models->info.context_frames, 16);
}

TEST_F(AnimateDiffTest, AMissingModuleIsNamed) {
  for (const std::string module :
       {"down_blocks.2.motion_modules.0", "up_blocks.3.motion_modules.1"}) {
    const absl::Status status =
        LoadWith(Without(absl::StrCat(module, "."))).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(GetErrorReason(status), "MOTION_MODULE_MISSING");
    EXPECT_THAT(
        std::string(status.message()),
        AllOf(HasSubstr("motion_module.safetensors"),
              HasSubstr("1 motion modules are missing"), HasSubstr(module)));
  }
}

TEST_F(AnimateDiffTest, AWholeLevelWithoutModulesIsNotSilent) {
  StateDict kept = Without("down_blocks.3.");
  std::erase_if(kept, [](const auto& entry) {
    return absl::StrContains(entry.first, "up_blocks.0.");
  });
  const absl::Status status = LoadWith(kept).status();
  EXPECT_EQ(GetErrorReason(status), "MOTION_MODULE_MISSING");
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("down_blocks.3.motion_modules.0"),
                    HasSubstr("up_blocks.0.motion_modules.1")));
}

TEST_F(AnimateDiffTest, AFileWithoutMotionModulesIsNamed) {
  EXPECT_THAT(
      std::string(
          LoadWith({{"conv_in.bias", at::ones({32})}}).status().message()),
      AllOf(HasSubstr("motion_module.safetensors"),
            HasSubstr("no motion module")));
}

TEST_F(AnimateDiffTest, AMotionAdapterOfDiffusersWillDo) {
  StateDict adapter;
  for (const auto& [key, tensor] : motion_) {
    std::string name = key;
    for (const auto& [current, theirs] :
         {std::pair("temporal_transformer.", ""),
          std::pair("norms.0.", "norm1."), std::pair("norms.1.", "norm2."),
          std::pair("ff_norm.", "norm3."),
          std::pair("attention_blocks.0.", "attn1."),
          std::pair("attention_blocks.1.", "attn2.")}) {
      const size_t at = name.find(current);
      if (at != std::string::npos) {
        name.replace(at, std::string(current).size(), theirs);
      }
    }
    if (absl::EndsWith(name, "attn2.pos_encoder.pe")) continue;
    const size_t pe = name.find("attn1.pos_encoder.pe");
    if (pe != std::string::npos) name.replace(pe, 20, "pos_embed.pe");
    adapter.emplace(name, tensor);
  }
  const absl::StatusOr<StateDict> renamed = WithCurrentMotionKeys(adapter);
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  EXPECT_EQ(renamed->size(), motion_.size());
  EXPECT_TRUE(LoadWith(adapter).ok());
}

TEST(MergeMotionModulesTest, TheLargerFileWinsWhereBothHaveAKey) {
  const std::string key = "mid_block.motion_modules.0.temporal_transformer.x";
  const at::Tensor mine = at::ones({1});
  const absl::StatusOr<StateDict> merged =
      MergeMotionModules({{key, mine}}, {{key, at::ones({2})}}, "file");
  ASSERT_TRUE(merged.ok());
  EXPECT_TRUE(merged->at(key).is_same(mine));
}

TEST(MaxMotionFramesTest, IsZeroWithoutTables) {
  EXPECT_EQ(MaxMotionFrames({{"conv_in.bias", at::ones({1})}}), 0);
}

}  // namespace
}  // namespace animate
