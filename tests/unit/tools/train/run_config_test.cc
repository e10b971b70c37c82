#include "tools/train/run_config.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "tests/support/paths.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

namespace fs = std::filesystem;

RunConfig Parsed(TrainedThing thing, const std::string& json,
                 const std::vector<std::string>& assignments = {}) {
  const absl::StatusOr<RunConfig> config =
      ParseRunConfig(thing, json, "run.json", assignments);
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *config : RunConfig();
}

std::string ParseFault(TrainedThing thing, const std::string& json) {
  return std::string(
      ParseRunConfig(thing, json, "run.json", {}).status().message());
}

std::string FileText(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// As the names of the presets have it.
TrainedThing ThingOf(const std::string& name) {
  if (absl::StrContains(name, "stage1")) return TrainedThing::kStage1;
  if (absl::StrContains(name, "stage2")) return TrainedThing::kStage2;
  return TrainedThing::kVae;
}

TEST(RunConfigTest, EveryPresetCanBeUsed) {
  std::vector<std::string> names;
  for (const auto& entry :
       fs::directory_iterator(fs::path(SourceDir()) / "configs/train")) {
    const std::string name = entry.path().stem().string();
    names.push_back(name);
    const absl::StatusOr<RunConfig> config =
        ParseRunConfig(ThingOf(name), FileText(entry.path()), name, {});
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->output, "out/train/" + name);
    const absl::Status trainer = ValidateTrainerOptions(config->trainer);
    EXPECT_TRUE(trainer.ok()) << name << ": " << trainer;
    if (config->thing == TrainedThing::kVae) {
      const absl::Status vae = config->vae.task.Validate();
      EXPECT_TRUE(vae.ok()) << name << ": " << vae;
    }
  }
  EXPECT_THAT(names,
              IsSupersetOf({"demo_vae4", "demo_vae8", "demo_stage1",
                            "demo_stage1_96x144", "demo_stage1_final",
                            "demo_decoder", "demo_stage2", "paper_stage1",
                            "paper_stage2", "public_stage1", "public_stage2"}));
}

RunConfig Preset(const std::string& name) {
  return Parsed(ThingOf(name), FileText(fs::path(SourceDir()) /
                                        "configs/train" / (name + ".json")));
}

TEST(RunConfigTest, ThePapersPresetsAreThePapers) {
  const RunConfig stage1 = Preset("paper_stage1");
  EXPECT_EQ(stage1.data.format.width, 768);
  EXPECT_EQ(stage1.data.format.height, 768);
  EXPECT_EQ(stage1.trainer.batch_size * stage1.trainer.accumulation_steps, 64);
  EXPECT_EQ(stage1.trainer.steps, 30000);
  EXPECT_EQ(stage1.trainer.learning_rate.peak, 1e-5);
  EXPECT_EQ(stage1.stage.networks.pose_guider, PoseGuiderForm::kPaper);
  const RunConfig stage2 = Preset("paper_stage2");
  EXPECT_EQ(stage2.data.format.frames, 24);
  EXPECT_EQ(stage2.trainer.batch_size * stage2.trainer.accumulation_steps, 4);
  EXPECT_EQ(stage2.trainer.steps, 10000);
  EXPECT_EQ(stage2.trainer.learning_rate.peak, 1e-5);
}

TEST(RunConfigTest, ThePublicPresetsAreThePublicImplementations) {
  const RunConfig stage1 = Preset("public_stage1");
  EXPECT_EQ(stage1.trainer.batch_size, 4);
  EXPECT_EQ(stage1.stage.diffusion.noise_offset, 0.05);
  EXPECT_EQ(stage1.stage.diffusion.snr_gamma, 5);
  EXPECT_EQ(stage1.stage.condition_dropout, 0.1);
  EXPECT_EQ(stage1.trainer.ema_decay, 0);
  const RunConfig stage2 = Preset("public_stage2");
  EXPECT_EQ(stage2.data.format.width, 512);
  EXPECT_EQ(stage2.data.videos.choice.stride, 4);
  EXPECT_TRUE(stage2.stage.gradient_checkpointing);
}

TEST(RunConfigTest, TheSubcommandDecidesWhatAClipIs) {
  const RunConfig vae = Parsed(TrainedThing::kVae, R"({"output": "o"})");
  EXPECT_FALSE(vae.data.format.poses);
  EXPECT_FALSE(vae.data.format.consecutive);
  const RunConfig stage1 = Parsed(TrainedThing::kStage1, R"({"output": "o"})");
  EXPECT_TRUE(stage1.data.format.poses);
  EXPECT_FALSE(stage1.data.format.consecutive);
  EXPECT_EQ(stage1.stage.stage, TrainingStage::kImage);
  const RunConfig stage2 = Parsed(TrainedThing::kStage2, R"({"output": "o"})");
  EXPECT_TRUE(stage2.data.format.consecutive);
  EXPECT_EQ(stage2.data.format.frames, 24);
  EXPECT_EQ(stage2.stage.stage, TrainingStage::kMotion);
}

TEST(RunConfigTest, PredictionsNeedSkeletons) {
  const RunConfig vae = Parsed(TrainedThing::kVae, R"({"output": "o",
      "task": {"predicted_fraction": 0.5, "predictions_model": "m"}})");
  EXPECT_TRUE(vae.data.format.poses);
}

TEST(RunConfigTest, WhatIsWrittenIsRead) {
  const RunConfig config = Parsed(TrainedThing::kStage1, R"({"output": "o",
      "task": {"networks": {"unet": {"block_out_channels": [32, 64],
        "layers_per_block": [1, 1], "down_attention": [true, false],
        "up_attention": [true, false], "num_attention_heads": [4, 4],
        "transformer_layers_per_block": [1, 1]}},
        "sampling": {"noise": "shared", "num_inference_steps": 2}},
      "data": {"source": "videos", "videos": {"paths": ["a", "b"]}},
      "trainer": {"steps": 5, "precision": "bfloat16"}})");
  EXPECT_EQ(config.stage.networks.unet.time_embedding_dim, 128);
  EXPECT_EQ(config.stage.sampling.noise, "shared");
  EXPECT_FALSE(config.stage.sampling.guidance_scale.has_value());
  const std::string written = RunConfigJson(config);
  const RunConfig again = Parsed(TrainedThing::kStage1, written);
  EXPECT_EQ(RunConfigJson(again), written);
  EXPECT_EQ(again.trainer.precision, TrainingPrecision::kBfloat16);
  EXPECT_THAT(again.data.videos.paths, ElementsAre("a", "b"));
}

TEST(RunConfigTest, AssignmentsComeLast) {
  const RunConfig config =
      Parsed(TrainedThing::kVae, R"({"output": "o", "trainer": {"steps": 5}})",
             {"trainer.steps=9", "output=elsewhere"});
  EXPECT_EQ(config.trainer.steps, 9);
  EXPECT_EQ(config.output, "elsewhere");
}

TEST(RunConfigTest, ImpossibleSettingsAreNamed) {
  const std::string fault = ParseFault(TrainedThing::kStage1, R"({
      "task": {
        "networks": {"unet": {"block_out_channels": [100, 200]},
                     "image_encoder": {"image_size": 65, "patch_size": 8}},
        "diffusion": {"prediction_type": "epsilon",
                      "timesteps": {"last": 0.7, "high": 0.7}},
        "condition_dropout": 1},
      "data": {"width": 16, "characters": {"held_out": 5}},
      "trainer": {"learning_rate": {"peak": 1e-5, "floor": 1e-4},
                  "batch_size": 0}})");
  for (const char* part :
       {"output: must be given", "unet.layers_per_block: must be as long",
        "image_encoder.image_size: must be a multiple of patch_size",
        "diffusion.prediction_type: epsilon is not defined",
        "timesteps.high: must be at most 1 with last",
        "data.width: must be a whole number in [32, 2048]: got 16",
        "characters.held_out: must not be among",
        "learning_rate.floor: must not be above peak",
        "trainer.batch_size: must be"}) {
    EXPECT_THAT(fault, HasSubstr(part));
  }
  EXPECT_THAT(ParseFault(TrainedThing::kVae, R"({"output": "o", "task": {
      "grow_from": "a", "init_folder": "b"}})"),
              HasSubstr("task.grow_from: cannot be given with init_folder"));
  EXPECT_THAT(ParseFault(TrainedThing::kVae, R"({"output": "o", "task": {
      "network": {"block_out_channels": [16, 30], "norm_num_groups": 4}}})"),
              HasSubstr("block_out_channels: must be multiples"));
  EXPECT_THAT(ParseFault(TrainedThing::kVae, R"({"output": "o",
      "data": {"source": "videos"}})"),
              HasSubstr("data.videos.paths: must not be empty"));
  // A setting of another subcommand is as unknown as any.
  EXPECT_THAT(ParseFault(TrainedThing::kVae,
                         R"({"output": "o", "task": {"diffusion": {}}})"),
              HasSubstr("task.diffusion: unknown key"));
}

TEST(FingerprintTest, ChangesWithTheOutcomeAlone) {
  const std::string plain =
      FingerprintOf(Parsed(TrainedThing::kStage1, R"({"output": "o"})"));
  const auto with = [](const std::string& assignment) {
    return FingerprintOf(
        Parsed(TrainedThing::kStage1, R"({"output": "o"})", {assignment}));
  };
  for (const char* other :
       {"output=elsewhere", "task.device=cpu", "task.sheet_steps=3",
        "task.sampling.noise=shared", "task.weights_dtype=float32",
        "data.characters.held_out=2000000", "trainer.steps=3",
        "report.log_steps=3", "task.condition_dropout=0.1"}) {
    EXPECT_EQ(with(other), plain) << other;
  }
  for (const char* other :
       {"task.condition_dropout=0.2", "data.seed=3", "data.width=128",
        "task.init.vae=v", "task.networks.unet.norm_num_groups=16"}) {
    EXPECT_NE(with(other), plain) << other;
  }
  EXPECT_NE(FingerprintOf(Parsed(TrainedThing::kVae, R"({"output": "o"})")),
            plain);
}

}  // namespace
}  // namespace animate
