#include "tools/train/training_run.h"

#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/media/image_codec.h"
#include "engine/pipeline/model_bundle.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/tools/train/tiny_runs.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

// What a run said and how it ended.
struct Ended {
  absl::Status status;
  std::string said;
};

Ended RunTiny(TrainedThing thing, const std::string& json,
              const std::vector<std::string>& assignments,
              const RunOptions& options = {},
              const CancellationToken& cancel = CancellationToken()) {
  const absl::StatusOr<RunConfig> config =
      ParseRunConfig(thing, json, "tiny.json", assignments);
  if (!config.ok()) return {config.status(), ""};
  std::ostringstream out;
  const absl::Status status = RunTraining(*config, options, cancel, out);
  return {status, out.str()};
}

std::string Output(const TemporaryFolder& folder, const char* name) {
  return absl::StrCat("output=", folder / name);
}

void ExpectPicture(const TemporaryFolder& folder, const std::string& name) {
  const absl::StatusOr<RgbImage> image = DecodeImage(folder.Read(name));
  EXPECT_TRUE(image.ok()) << name << ": " << image.status();
}

TEST(TrainingRunTest, AChainOfRunsEndsWithAModelThatCanBeServed) {
  const TemporaryFolder folder;
  const Ended vae = RunTiny(TrainedThing::kVae, TinyVaeConfig(),
                            {Output(folder, "vae"), "trainer.sheet_steps=2"});
  ASSERT_TRUE(vae.status.ok()) << vae.status;
  ExpectPicture(folder, "vae/sheets/step-0000002.png");

  const Ended stage1 =
      RunTiny(TrainedThing::kStage1, TinyStage1Config(),
              {Output(folder, "stage1"),
               absl::StrCat("task.init.vae=", folder / "vae/model")});
  ASSERT_TRUE(stage1.status.ok()) << stage1.status;
  EXPECT_THAT(stage1.said, HasSubstr("step 2: held out"));
  for (const char* file : {"loss.png", "sheets/latest.png"}) {
    ExpectPicture(folder, absl::StrCat("stage1/", file));
  }

  const Ended decoder =
      RunTiny(TrainedThing::kVae, TinyVaeConfig(),
              {Output(folder, "decoder"),
               absl::StrCat("task.init_folder=", folder / "stage1/model"),
               absl::StrCat("task.predictions_model=", folder / "stage1/model"),
               "task.predicted_fraction=1", "task.trained_part=decoder"});
  ASSERT_TRUE(decoder.status.ok()) << decoder.status;

  const Ended stage2 =
      RunTiny(TrainedThing::kStage2, TinyStage2Config(),
              {Output(folder, "stage2"),
               absl::StrCat("task.init.model=", folder / "stage1/model"),
               absl::StrCat("task.init.vae=", folder / "decoder/model")});
  ASSERT_TRUE(stage2.status.ok()) << stage2.status;
  EXPECT_THAT(stage2.said, HasSubstr("step 1: model "));
  const absl::StatusOr<ModelBundle> model =
      LoadModelBundle(folder / "stage2/model", {});
  EXPECT_TRUE(model.ok()) << model.status();
}

TEST(TrainingRunTest, TheFolderSaysWhatTheRunWasTold) {
  const TemporaryFolder folder;
  const Ended run = RunTiny(TrainedThing::kVae, TinyVaeConfig(),
                            {Output(folder, "vae"), "trainer.steps=1"});
  ASSERT_TRUE(run.status.ok()) << run.status;
  const absl::StatusOr<RunConfig> told = ParseRunConfig(
      TrainedThing::kVae, folder.Read("vae/config.json"), "config.json", {});
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->trainer.steps, 1);
  EXPECT_EQ(told->vae.task.config.latent_channels, 4);
}

TEST(TrainingRunTest, ARunInTheFolderGoesOnUnlessThatIsNotWanted) {
  const TemporaryFolder folder;
  const std::vector<std::string> arguments = {Output(folder, "vae")};
  ASSERT_TRUE(
      RunTiny(TrainedThing::kVae, TinyVaeConfig(), arguments).status.ok());
  const Ended fresh =
      RunTiny(TrainedThing::kVae, TinyVaeConfig(), arguments, {.fresh = true});
  EXPECT_EQ(fresh.status.code(), absl::StatusCode::kAlreadyExists);
  const Ended longer = RunTiny(TrainedThing::kVae, TinyVaeConfig(),
                               {arguments[0], "trainer.steps=3"});
  ASSERT_TRUE(longer.status.ok()) << longer.status;
  EXPECT_THAT(longer.said, HasSubstr("goes on from "));
  EXPECT_THAT(longer.said, HasSubstr("step 2 of 3"));
}

TEST(TrainingRunTest, OtherSettingsAreRefusedUnlessAccepted) {
  const TemporaryFolder folder;
  const std::vector<std::string> changed = {
      Output(folder, "vae"), "trainer.steps=3", "task.mse_weight=1"};
  ASSERT_TRUE(
      RunTiny(TrainedThing::kVae, TinyVaeConfig(), {changed[0]}).status.ok());
  const Ended refused = RunTiny(TrainedThing::kVae, TinyVaeConfig(), changed);
  EXPECT_EQ(GetErrorReason(refused.status), "SETTINGS_CHANGED");
  const Ended accepted = RunTiny(TrainedThing::kVae, TinyVaeConfig(), changed,
                                 {.accept_changed_settings = true});
  EXPECT_TRUE(accepted.status.ok()) << accepted.status;
}

TEST(TrainingRunTest, AStoppedRunSaysHowToGoOn) {
  const TemporaryFolder folder;
  CancellationToken cancel;
  cancel.Cancel(absl::CancelledError("stopped by a test"));
  const Ended run =
      RunTiny(TrainedThing::kVae, TinyVaeConfig(),
              {Output(folder, "vae"), "trainer.steps=1000"}, {}, cancel);
  ASSERT_TRUE(run.status.ok()) << run.status;
  EXPECT_THAT(run.said,
              HasSubstr("stopped by a test at step 1 of 1000, saved; the same "
                        "command goes on"));
  EXPECT_TRUE(folder.Has("vae/checkpoints/step-0000000001"));
  EXPECT_FALSE(folder.Has("vae/model"));
}

TEST(TrainingRunTest, WhatIsMissingIsNamed) {
  const TemporaryFolder folder;
  const Ended run = RunTiny(TrainedThing::kStage1, TinyStage1Config(),
                            {Output(folder, "s"), "task.init.vae=/nowhere"});
  EXPECT_THAT(std::string(run.status.message()), HasSubstr("/nowhere"));
  const Ended videos = RunTiny(TrainedThing::kVae, TinyVaeConfig(),
                               {Output(folder, "v"), "data.source=videos",
                                "data.videos.paths=[\"/no/videos\"]"});
  EXPECT_THAT(std::string(videos.status.message()), HasSubstr("/no/videos"));
}

TEST(TrainingRunTest, APictureThatCannotBeWrittenDoesNotEndTheRun) {
  const TemporaryFolder folder;
  folder.Write("vae/sheets/latest.png/in_the_way", "");
  const Ended run = RunTiny(TrainedThing::kVae, TinyVaeConfig(),
                            {Output(folder, "vae"), "trainer.sheet_steps=1"});
  EXPECT_TRUE(run.status.ok()) << run.status;
  EXPECT_THAT(run.said, HasSubstr("not written: contact sheet: "));
}

}  // namespace
}  // namespace animate
