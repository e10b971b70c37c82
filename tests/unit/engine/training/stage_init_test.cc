#include "engine/training/stage_init.h"

#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones_like.h>

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "engine/model/config_text.h"
#include "engine/weights/safetensors_writer.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/stage_testing.h"

namespace animate {
namespace {

// A model from scratch, written to a folder, from which parts are taken.
class StageInitTest : public testing::Test {
 protected:
  StageInitTest() : vae_(WriteTestVae(folder_)) {
    const std::unique_ptr<StageTask> task = MakeStageTask(SmallStage(vae_));
    source_ = task->weights();
    model_ = folder_ / "model";
    EXPECT_TRUE(task->WriteModel(model_, task->trained()).ok());
  }

  // Loads and fails the test when it cannot.
  static StageWeights Load(const StageTaskOptions& options) {
    absl::StatusOr<StageWeights> weights = LoadStageWeights(options, c10::kCPU);
    EXPECT_TRUE(weights.ok()) << weights.status();
    return weights.ok() ? *weights : StageWeights();
  }

  // The UNet as Stable Diffusion is published: folder with config and weights.
  std::string WriteStableDiffusion() const {
    folder_.Write("sd/unet/config.json", UnetConfigText(source_.config.unet));
    EXPECT_TRUE(
        SaveSafetensors(folder_ / "sd/unet/diffusion_pytorch_model.safetensors",
                        Detached(source_.denoising_unet))
            .ok());
    return folder_ / "sd";
  }

  static StateDict Detached(StateDict weights) {
    for (auto& [key, tensor] : weights) tensor = tensor.detach();
    return weights;
  }

  const TemporaryFolder folder_;
  const std::string vae_;
  StageWeights source_;
  std::string model_;
};

void ExpectSame(const StateDict& a, const StateDict& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [key, tensor] : a) {
    EXPECT_TRUE(at::equal(tensor, b.at(key))) << key;
  }
}

TEST_F(StageInitTest, AModelComesBackAsItWasWritten) {
  StageTaskOptions options;
  options.init.model = model_;
  const StageWeights weights = Load(options);
  ExpectSame(weights.denoising_unet, source_.denoising_unet);
  ExpectSame(weights.motion_module, source_.motion_module);
  ExpectSame(weights.reference_unet, source_.reference_unet);
  ExpectSame(weights.pose_guider, source_.pose_guider);
  ExpectSame(weights.image_encoder, source_.image_encoder);
  EXPECT_EQ(weights.motion_positions, 8);
  EXPECT_TRUE(weights.new_image_encoder);
  EXPECT_EQ(weights.config.inference.motion.motion_module_resolutions,
            source_.config.inference.motion.motion_module_resolutions);
}

TEST_F(StageInitTest, BothUnetsBeginAsStableDiffusion) {
  StageTaskOptions options = SmallStage(vae_);
  options.init.unet = WriteStableDiffusion();
  options.init.image_encoder = model_;
  const StageWeights weights = Load(options);
  ExpectSame(weights.denoising_unet, source_.denoising_unet);
  for (const auto& [key, tensor] : weights.reference_unet) {
    EXPECT_TRUE(at::equal(tensor, source_.denoising_unet.at(key))) << key;
    // What is trained of one must not change the other.
    EXPECT_FALSE(tensor.is_same(weights.denoising_unet.at(key))) << key;
    EXPECT_FALSE(absl::StartsWith(key, "conv_out")) << key;
  }
  // Nothing new disturbs what it knows.
  EXPECT_EQ(
      weights.pose_guider.at("conv_out.weight").abs().max().item<double>(), 0);
  for (const auto& [key, tensor] : weights.motion_module) {
    if (absl::StrContains(key, "temporal_transformer.proj_out")) {
      EXPECT_EQ(tensor.abs().max().item<double>(), 0) << key;
    }
  }
  ExpectSame(weights.image_encoder, source_.image_encoder);
}

TEST_F(StageInitTest, MotionModulesComeFromAFileOfTheirOwn) {
  StateDict motion;
  for (const auto& [key, tensor] : source_.motion_module) {
    motion[key] = at::ones_like(tensor);
  }
  const std::string file = folder_ / "mm_sd_v15_v2.safetensors";
  ASSERT_TRUE(SaveSafetensors(file, motion).ok());
  StageTaskOptions options;
  options.init.model = model_;
  options.init.motion_module = file;
  const StageWeights weights = Load(options);
  ExpectSame(weights.motion_module, motion);
  ExpectSame(weights.denoising_unet, source_.denoising_unet);
}

TEST_F(StageInitTest, PartsOfAModelCanBeReplaced) {
  StageTaskOptions options;
  options.init.model = model_;
  options.init.pose_guider = folder_ / "pose_guider.safetensors";
  StateDict pose_guider;
  for (const auto& [key, tensor] : source_.pose_guider) {
    pose_guider[key] = at::ones_like(tensor);
  }
  ASSERT_TRUE(SaveSafetensors(options.init.pose_guider, pose_guider).ok());
  ExpectSame(Load(options).pose_guider, pose_guider);
}

TEST_F(StageInitTest, TheFormOfANewPoseGuiderCanBeChosen) {
  StageTaskOptions options = SmallStage(vae_);
  options.networks.pose_guider = PoseGuiderForm::kPaper;
  const StageWeights weights = Load(options);
  EXPECT_EQ(weights.pose_guider.at("blocks.0.weight").size(2), 4);
  EXPECT_EQ(weights.pose_guider.at("conv_out.weight").size(0), 4);
}

TEST_F(StageInitTest, NewWeightsDependOnTheSeed) {
  StageTaskOptions options = SmallStage(vae_);
  const StageWeights first = Load(options);
  ExpectSame(first.denoising_unet, source_.denoising_unet);
  options.init_seed = 1;
  EXPECT_FALSE(at::equal(Load(options).denoising_unet.at("conv_in.weight"),
                         first.denoising_unet.at("conv_in.weight")));
  // The ReferenceNet does not begin as the denoising UNet.
  EXPECT_FALSE(at::equal(first.reference_unet.at("conv_in.weight"),
                         first.denoising_unet.at("conv_in.weight")));
}

TEST_F(StageInitTest, TheScheduleIsThatOfTheTraining) {
  StageTaskOptions options;
  options.init.model = model_;
  options.diffusion.noise_schedule.beta_curve = BetaCurve::kLinear;
  options.diffusion.prediction_type = PredictionType::kSample;
  const NoiseSchedulerConfig schedule =
      Load(options).config.inference.noise_scheduler;
  EXPECT_EQ(schedule.beta_schedule, "linear");
  EXPECT_EQ(schedule.prediction_type, "sample");
}

TEST_F(StageInitTest, RefusesWhatIsMissingOrDoesNotFit) {
  StageTaskOptions options;
  options.init.model = folder_ / "nothing";
  EXPECT_EQ(LoadStageWeights(options, c10::kCPU).status().code(),
            absl::StatusCode::kNotFound);
  options = SmallStage(vae_);
  options.init.unet = folder_ / "nothing";
  EXPECT_EQ(LoadStageWeights(options, c10::kCPU).status().code(),
            absl::StatusCode::kNotFound);
  // An encoder whose embedding is not what the UNet attends to.
  options = SmallStage(vae_);
  options.init.unet = WriteStableDiffusion();
  options.networks.image_encoder.projection_dim = 20;
  EXPECT_EQ(LoadStageWeights(options, c10::kCPU).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace animate
