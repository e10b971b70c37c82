#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/pipeline/load_animator.h"
#include "tests/support/temporary_folder.h"
#include "tools/model/random_model.h"
#include "tools/model/verify.h"

namespace animate {
namespace {

using ::testing::SizeIs;

// Networks of the size of the demo model, from configuration to frames: what
// the code takes for granted of the published sizes shows here.
struct SmallModel {
  std::vector<int64_t> vae_channels;  // one more than factors of two
  int64_t latent_channels = 4;
  std::vector<int64_t> unet_channels;
  std::vector<int64_t> pose_guider_channels;  // as many as vae_channels
  int width = 64;
  int height = 96;
};

std::string List(const std::vector<int64_t>& values) {
  return absl::StrCat("[", absl::StrJoin(values, ", "), "]");
}

// Attention at the first level and in the middle, none between.
std::string BlockTypes(const char* direction, size_t levels, size_t attending) {
  std::vector<std::string> types;
  for (size_t i = 0; i < levels; ++i) {
    types.push_back(absl::StrCat("\"", i == attending ? "CrossAttn" : "",
                                 direction, "Block2D\""));
  }
  return absl::StrCat("[", absl::StrJoin(types, ", "), "]");
}

void WriteConfigs(const SmallModel& model, const TemporaryFolder& folder) {
  const size_t levels = model.unet_channels.size();
  folder.Write(
      "config/stable-diffusion-v1-5/unet/config.json",
      absl::StrCat(R"({"in_channels": )", model.latent_channels,
                   R"(, "out_channels": )", model.latent_channels,
                   R"(, "block_out_channels": )", List(model.unet_channels),
                   R"(, "down_block_types": )", BlockTypes("Down", levels, 0),
                   R"(, "up_block_types": )",
                   BlockTypes("Up", levels, levels - 1),
                   R"(, "layers_per_block": 1, "norm_num_groups": 8,
                      "attention_head_dim": 4, "cross_attention_dim": 32})"));
  folder.Write(
      "config/sd-vae-ft-mse/config.json",
      absl::StrCat(R"({"latent_channels": )", model.latent_channels,
                   R"(, "block_out_channels": )", List(model.vae_channels),
                   R"(, "layers_per_block": 1, "norm_num_groups": 1,
                               "scaling_factor": 0.6})"));
  folder.Write("config/image_encoder/config.json",
               R"({"hidden_size": 32, "intermediate_size": 64,
                   "num_attention_heads": 4, "num_hidden_layers": 1,
                   "image_size": 64, "patch_size": 8, "projection_dim": 32})");
  folder.Write(
      "config/topology.json",
      absl::StrCat(R"({"pose_guider": {"block_out_channels": )",
                   List(model.pose_guider_channels),
                   R"(}, "sampling": {"num_inference_steps": 2,
                        "guidance_scale": 1.0, "noise": "shared",
                        "width": )",
                   model.width, R"(, "height": )", model.height, "}}"));
}

class Frames : public AnimationObserver {
 public:
  void OnStageStarted(EngineStage) override {}
  void OnStageFinished(EngineStage, absl::Duration) override {}
  void OnStep(int, int, absl::Duration) override {}
  void OnFrame(int, RgbImage frame) override {
    pictures.push_back(std::move(frame));
  }
  std::vector<RgbImage> pictures;
};

class SmallModelTest : public ::testing::TestWithParam<SmallModel> {};

TEST_P(SmallModelTest, IsMadeVerifiedLoadedAndSampledLikeAnyOther) {
  const SmallModel& small = GetParam();
  const TemporaryFolder folder;
  WriteConfigs(small, folder);
  const absl::StatusOr<TopologyConfig> config =
      FindTopologyConfig(folder / "config");
  ASSERT_TRUE(config.ok()) << config.status();
  const std::string path = folder / "model";
  const absl::Status written =
      WriteRandomModel(*config, path, {.dtype = c10::kHalf});
  ASSERT_TRUE(written.ok()) << written;

  const absl::StatusOr<VerifyReport> report = VerifyModel(path, {});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->ok());

  const absl::StatusOr<std::unique_ptr<Animator>> animator =
      LoadAnimator({.model_dir = path, .device = "cpu"});
  ASSERT_TRUE(animator.ok()) << animator.status();
  const ModelInfo& info = (*animator)->info();
  EXPECT_EQ(info.size_multiple, 1 << (small.vae_channels.size() - 1));

  AnimationParameters parameters = DefaultParameters(info);
  parameters.num_frames = 3;
  EXPECT_EQ(parameters.width, small.width);
  EXPECT_EQ(parameters.num_inference_steps, 2);
  Limits limits;
  limits.size_multiple = info.size_multiple;
  const absl::StatusOr<AnimationSpec> spec =
      AnimationSpec::Create(parameters, limits);
  ASSERT_TRUE(spec.ok()) << spec.status();
  const RgbImage grey(100, 150);
  Frames frames;
  const absl::Status animated = (*animator)->Animate(
      {*spec, grey, {grey, grey, grey}}, CancellationToken(), frames);
  ASSERT_TRUE(animated.ok()) << animated;
  ASSERT_THAT(frames.pictures, SizeIs(3));
  EXPECT_EQ(frames.pictures[2].width, small.width);
  EXPECT_EQ(frames.pictures[2].height, small.height);
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, SmallModelTest,
    ::testing::Values(
        // Factor 8, 32 latent channels: the recipe's own.
        SmallModel{{16, 32, 32, 48}, 32, {64, 96}, {8, 16, 32, 32}, 64, 96},
        SmallModel{{16, 32, 32, 48}, 16, {32, 64}, {8, 16, 32, 32}, 96, 144},
        // Factor 4.
        SmallModel{{16, 32, 32}, 8, {32, 64, 64}, {8, 16, 32}, 64, 96},
        SmallModel{{16, 32, 32}, 8, {32, 64}, {8, 16, 32}, 100, 148}),
    [](const auto& param_info) {
      const SmallModel& model = param_info.param;
      return absl::StrCat("Factor", 1 << (model.vae_channels.size() - 1),
                          "Latents", model.latent_channels, "Size", model.width,
                          "x", model.height);
    });

}  // namespace
}  // namespace animate
