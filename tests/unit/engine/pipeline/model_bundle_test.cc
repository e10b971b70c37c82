#include "engine/pipeline/model_bundle.h"

#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/base/error.h"
#include "engine/weights/safetensors_writer.h"
#include "engine/weights/state_dict.h"
#include "tests/support/test_pictures.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A copy of the nano model to be spoilt.
class SpoiltModelTest : public ::testing::Test {
 protected:
  SpoiltModelTest()
      : folder_(
            fs::path(::testing::TempDir()) /
            ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::copy(NanoModelFolder(), folder_, fs::copy_options::recursive);
  }
  ~SpoiltModelTest() override { fs::remove_all(folder_); }

  absl::Status Load() { return LoadModelBundle(folder_.string(), {}).status(); }
  std::string Message() { return std::string(Load().message()); }

  void Truncate(const std::string& name) {
    fs::resize_file(folder_ / name, fs::file_size(folder_ / name) / 2);
  }

  // Replaces a .pth by a .safetensors with changed tensors.
  template <typename Change>
  void Rewrite(const std::string& stem, Change change) {
    StateDict weights =
        LoadStateDict((folder_ / (stem + ".pth")).string()).value();
    change(weights);
    ASSERT_TRUE(
        SaveSafetensors((folder_ / (stem + ".safetensors")).string(), weights)
            .ok());
    fs::remove(folder_ / (stem + ".pth"));
  }

  void WriteText(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  // Adds the object "sampling" to topology.json.
  void AddSampling(const std::string& sampling) {
    const std::string text = ReadFile((folder_ / "topology.json").string());
    WriteText("topology.json",
              "{\"sampling\": " + sampling + "," + text.substr(1));
  }

  const fs::path folder_;
};

TEST(ModelBundleTest, KnowsItsModel) {
  const ModelInfo& info = NanoModels().info;
  EXPECT_EQ(info.name, "pretrained_weights");
  EXPECT_EQ(info.digest.size(), 64u);
  EXPECT_EQ(info.device, "cpu");
  EXPECT_EQ(info.dtype, "float32");
  EXPECT_EQ(info.size_multiple, 8);
  EXPECT_EQ(info.max_context_frames, 24);
  EXPECT_EQ(info.context_frames, 24);
  EXPECT_EQ(info.context_overlap, 4);
  EXPECT_EQ(info.num_train_timesteps, 1000);
  EXPECT_GT(info.parameters, 100'000);
  EXPECT_LT(info.parameters, 3'000'000);
}

TEST(ModelBundleTest, MissingFolderIsNotFound) {
  EXPECT_EQ(LoadModelBundle("/nonexistent/model", {}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(SpoiltModelTest, TheCopyItselfIsFine) {
  EXPECT_TRUE(Load().ok()) << Load();
}

TEST_F(SpoiltModelTest, SafetensorsWillDoAsWell) {
  Rewrite("reference_unet", [](StateDict&) {});
  EXPECT_TRUE(Load().ok()) << Load();
}

TEST_F(SpoiltModelTest, MissingFilesAreAllNamed) {
  fs::remove(folder_ / "motion_module.pth");
  fs::remove(folder_ / "pose_guider.pth");
  EXPECT_EQ(Load().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(Load()), "MODEL_FILES_MISSING");
  EXPECT_THAT(Message(),
              AllOf(HasSubstr("motion_module"), HasSubstr("pose_guider")));
}

TEST_F(SpoiltModelTest, TruncatedFilesAreAllNamed) {
  Truncate("denoising_unet.pth");
  Truncate("sd-vae-ft-mse/diffusion_pytorch_model.safetensors");
  EXPECT_EQ(Load().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(Load()), "MODEL_INVALID");
  EXPECT_THAT(Message(), AllOf(HasSubstr("denoising_unet.pth"),
                               HasSubstr("diffusion_pytorch_model")));
}

TEST_F(SpoiltModelTest, WrongKeysOfSeveralNetworksAreAllNamed) {
  Rewrite("reference_unet", [](StateDict& weights) {
    weights["conv_in.weight"] = at::ones({3, 3});
    weights.erase("conv_in.bias");
  });
  Rewrite("pose_guider",
          [](StateDict& weights) { weights["surplus"] = at::ones({7}); });
  EXPECT_EQ(Load().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(), AllOf(HasSubstr("reference_unet"),
                               HasSubstr("missing:\n    conv_in.bias"),
                               HasSubstr("conv_in.weight: is [3, 3], expected"),
                               HasSubstr("pose_guider"),
                               HasSubstr("unexpected:\n    surplus [7]")));
}

TEST_F(SpoiltModelTest, AMissingMotionModuleIsNotSilent) {
  Rewrite("motion_module", [](StateDict& weights) {
    std::erase_if(weights, [](const auto& entry) {
      return entry.first.find("mid_block") != std::string::npos;
    });
  });
  EXPECT_THAT(Message(), AllOf(HasSubstr("denoising_unet"),
                               HasSubstr("mid_block.motion_modules.0")));
}

TEST_F(SpoiltModelTest, WithoutTopologyMotionComesFromTheWeights) {
  const int64_t parameters = NanoModels().info.parameters;
  fs::remove(folder_ / "topology.json");
  const absl::StatusOr<ModelBundle> models =
      LoadModelBundle(folder_.string(), {});
  ASSERT_TRUE(models.ok()) << models.status();
  EXPECT_EQ(models->info.parameters, parameters);
}

TEST_F(SpoiltModelTest, NetworksThatDoNotFitTogetherAreNamed) {
  Rewrite("pose_guider", [](StateDict& weights) {
    weights["conv_out.weight"] = at::ones({16, 20, 3, 3});
    weights["conv_out.bias"] = at::ones({16});
  });
  EXPECT_EQ(Load().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(), HasSubstr("pose_guider output channels is 16, unet "
                                   "block_out_channels[0] is 32"));
}

TEST_F(SpoiltModelTest, BadConfigurationsAreNamed) {
  WriteText("sd-vae-ft-mse/config.json", R"({"latent_channels": "four"})");
  EXPECT_EQ(Load().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(), HasSubstr("latent_channels"));
}

TEST_F(SpoiltModelTest, SamplingOfTheFolderBecomesThatOfTheModel) {
  AddSampling(R"({"num_inference_steps": 2, "guidance_scale": 1.0,
                  "noise": "shared", "context_schedule": "open",
                  "context_frames": 12, "width": 64, "height": 96,
                  "beta_schedule": "scaled_linear"})");
  const absl::StatusOr<ModelBundle> models =
      LoadModelBundle(folder_.string(), {});
  ASSERT_TRUE(models.ok()) << models.status();
  EXPECT_EQ(models->info.num_inference_steps, 2);
  EXPECT_EQ(models->info.guidance_scale, 1.0);
  EXPECT_EQ(models->info.noise_mode, NoiseMode::kShared);
  EXPECT_EQ(models->info.context_schedule, ContextSchedule::kOpen);
  EXPECT_EQ(models->info.context_frames, 12);
  EXPECT_EQ(models->info.width, 64);
  EXPECT_EQ(models->info.height, 96);
  EXPECT_EQ(models->noise_scheduler.beta_schedule, "scaled_linear");
}

TEST_F(SpoiltModelTest, SamplingBeyondTheWeightsIsRefused) {
  AddSampling(R"({"context_frames": 25})");
  EXPECT_EQ(GetErrorReason(Load()), "UNSUPPORTED_MODEL_CONFIG");
  EXPECT_THAT(Message(), AllOf(HasSubstr("context_frames"), HasSubstr("25")));
}

TEST_F(SpoiltModelTest, AnotherByteIsAnotherDigest) {
  Rewrite("pose_guider", [](StateDict&) {});
  EXPECT_NE(LoadModelBundle(folder_.string(), {})->info.digest,
            NanoModels().info.digest);
}

TEST(ModelBundleTest, CastsToTheRequestedType) {
  const absl::StatusOr<ModelBundle> models =
      LoadModelBundle(NanoModelFolder(), {.dtype = c10::kBFloat16});
  ASSERT_TRUE(models.ok()) << models.status();
  EXPECT_EQ(models->info.dtype, "bfloat16");
  EXPECT_EQ(
      models->image_encoder.Forward(at::ones({1, 3, 224, 224}, at::kBFloat16))
          .scalar_type(),
      at::kBFloat16);
}

}  // namespace
}  // namespace animate
