#include "tools/train/run_config.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "engine/base/sha256.h"
#include "engine/base/status_macros.h"
#include "tools/train/config_override.h"
#include "tools/train/setting_reader.h"
#include "tools/train/setting_table.h"
#include "tools/train/setting_writer.h"
#include "tools/train/stage_settings.h"
#include "tools/train/trainer_settings.h"

namespace animate {
namespace {

void VisitTask(SettingVisitor& visitor, RunConfig& config) {
  visitor.Enter("task", "what is trained");
  if (config.thing == TrainedThing::kVae) {
    VisitVae(visitor, config.vae);
  } else {
    VisitStageTask(visitor, config.stage);
  }
  visitor.Leave();
}

void VisitRunData(SettingVisitor& visitor, RunConfig& config) {
  visitor.Enter("data", "what it is trained on");
  VisitData(visitor, config.data);
  visitor.Leave();
}

void VisitOutput(SettingVisitor& visitor, RunConfig& config) {
  visitor.Text("output", config.output,
               "folder of the run: checkpoints, model, metrics, pictures");
  visitor.Require(!config.output.empty(), "output", "must be given");
}

void VisitRunTrainer(SettingVisitor& visitor, RunConfig& config) {
  visitor.Enter("trainer", "how it is trained");
  VisitTrainer(visitor, config.trainer);
  visitor.Leave();
}

void VisitReport(SettingVisitor& visitor, ReportSettings& report) {
  constexpr WholeRange kInterval = {.min = 1, .max = 1'000'000};
  visitor.Enter("report", "what is written for people");
  visitor.Whole("log_steps", report.log_steps, kInterval,
                "steps between lines of metrics.jsonl");
  visitor.Whole("curve_steps", report.curve_steps, kInterval,
                "steps between drawings of loss.png");
  visitor.Whole("sheet_clips", report.sheet_clips, {.min = 1, .max = 64},
                "clips on a contact sheet");
  visitor.Leave();
}

}  // namespace

absl::string_view TrainedThingName(TrainedThing thing) {
  switch (thing) {
    case TrainedThing::kVae:
      return "vae";
    case TrainedThing::kStage1:
      return "stage1";
    case TrainedThing::kStage2:
      return "stage2";
  }
  return "";
}

RunConfig DefaultRunConfig(TrainedThing thing) {
  RunConfig config;
  config.thing = thing;
  config.data.format.consecutive = thing == TrainedThing::kStage2;
  config.data.format.poses = thing != TrainedThing::kVae;
  if (thing == TrainedThing::kStage2) config.data.format.frames = 24;
  config.stage.stage = thing == TrainedThing::kStage2 ? TrainingStage::kMotion
                                                      : TrainingStage::kImage;
  return config;
}

void VisitRun(SettingVisitor& visitor, RunConfig& config) {
  VisitOutput(visitor, config);
  VisitTask(visitor, config);
  VisitRunData(visitor, config);
  VisitRunTrainer(visitor, config);
  VisitReport(visitor, config.report);
}

absl::StatusOr<RunConfig> ParseRunConfig(
    TrainedThing thing, absl::string_view json, absl::string_view file,
    const std::vector<std::string>& assignments) {
  ANIMATE_ASSIGN_OR_RETURN(const std::string text,
                           OverrideConfig(json, file, assignments));
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<SettingReader> reader,
                           SettingReader::Create(text, file));
  RunConfig config = DefaultRunConfig(thing);
  VisitRun(*reader, config);
  ANIMATE_RETURN_IF_ERROR(reader->Finish());
  // What UNets predict depends on the skeletons.
  if (thing == TrainedThing::kVae) {
    config.data.format.poses = config.vae.task.predicted_fraction > 0;
  }
  config.trainer.fingerprint = FingerprintOf(config);
  return config;
}

std::string RunConfigJson(RunConfig config) {
  SettingWriter writer;
  VisitRun(writer, config);
  return writer.Json();
}

std::string SettingsManual() {
  std::string manual;
  for (const TrainedThing thing : {TrainedThing::kVae, TrainedThing::kStage1}) {
    RunConfig config = DefaultRunConfig(thing);
    SettingTable table;
    VisitTask(table, config);
    absl::StrAppend(&manual, "### What is trained: ",
                    thing == TrainedThing::kVae ? "vae" : "stage1, stage2",
                    "\n\n", table.Markdown(), "\n");
  }
  RunConfig config = DefaultRunConfig(TrainedThing::kStage1);
  SettingTable table;
  VisitOutput(table, config);
  VisitRunData(table, config);
  VisitRunTrainer(table, config);
  VisitReport(table, config.report);
  return absl::StrCat(manual, "### Everything else\n\n", table.Markdown());
}

std::string FingerprintOf(const RunConfig& config) {
  RunConfig relevant = config;
  RunConfig plain = DefaultRunConfig(config.thing);
  for (RunConfig* each : {&relevant, &plain}) {
    each->vae.task.device = "";
    each->vae.task.sheet_pictures = 1;
    each->stage.device = "";
    each->stage.weights_dtype = "";
    each->stage.sampling = {};
    each->stage.sheet_steps = 1;
    each->stage.sheet_frames = 1;
    each->data.held_out_character = 0;
    each->data.held_out_videos.clear();
  }
  SettingWriter now;
  VisitTask(now, relevant);
  VisitRunData(now, relevant);
  SettingWriter before;
  VisitTask(before, plain);
  VisitRunData(before, plain);
  return Sha256(absl::StrCat(TrainedThingName(config.thing), "\n",
                             now.DifferenceFrom(before)));
}

}  // namespace animate
