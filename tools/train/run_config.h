#ifndef ANIMATE_TOOLS_TRAIN_RUN_CONFIG_H_
#define ANIMATE_TOOLS_TRAIN_RUN_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/training/stage_options.h"
#include "engine/training/trainer_options.h"
#include "tools/train/data_settings.h"
#include "tools/train/setting_visitor.h"
#include "tools/train/vae_settings.h"

namespace animate {

enum class TrainedThing { kVae, kStage1, kStage2 };

// "vae", "stage1" or "stage2".
absl::string_view TrainedThingName(TrainedThing thing);

struct ReportSettings {
  int log_steps = 10;     // steps between lines of the metrics
  int curve_steps = 200;  // steps between drawings of the loss
  int sheet_clips = 4;    // rows of contact sheets
};

// All that a run of animate-train is told.
struct RunConfig {
  TrainedThing thing = TrainedThing::kStage1;
  std::string output;      // folder of the run, made when missing
  VaeSettings vae;         // of kVae
  StageTaskOptions stage;  // of the others
  DataSettings data;
  TrainerOptions trainer;
  ReportSettings report;
};

// Returns what a configuration that says nothing means.
RunConfig DefaultRunConfig(TrainedThing thing);

// Visits all settings of config.thing.
void VisitRun(SettingVisitor& visitor, RunConfig& config);

// Reads the text of a configuration, `assignments` made in it (see
// OverrideConfig). INVALID_ARGUMENT, reason BAD_CONFIG, with all faults.
absl::StatusOr<RunConfig> ParseRunConfig(
    TrainedThing thing, absl::string_view json, absl::string_view file,
    const std::vector<std::string>& assignments);

// Returns the whole configuration as ParseRunConfig reads it.
std::string RunConfigJson(RunConfig config);

// Returns the manual's tables of all keys, as Markdown.
std::string SettingsManual();

// Returns a digest of what decides on the outcome beside TrainerOptions: task
// and data, without where it is computed and how it is shown. Settings that
// have their default do not enter, so that a later version of the program with
// a setting more has the same digest.
std::string FingerprintOf(const RunConfig& config);

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_RUN_CONFIG_H_
