#ifndef ANIMATE_TOOLS_TRAIN_TRAIN_COMMAND_H_
#define ANIMATE_TOOLS_TRAIN_TRAIN_COMMAND_H_

#include <CLI/CLI.hpp>

#include "tools/train/run_config.h"

namespace animate {

// Adds "vae", "stage1" or "stage2" to `app`. When the command runs it sets
// `exit_code`: 0 for a run that is done or was asked to stop, else 1.
void AddTrainCommand(CLI::App& app, TrainedThing thing, int& exit_code);

// Adds "settings", which prints the manual's tables of all keys.
void AddSettingsCommand(CLI::App& app);

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_TRAIN_COMMAND_H_
