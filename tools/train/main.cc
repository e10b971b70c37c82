// animate-train: trains the networks that the server animates with.
//
// Exit codes: 0 the run is done, or was asked to stop and is saved; 1 it could
// not go on (reasons on standard error); 2 wrong command line.
#include <malloc.h>

#include <CLI/CLI.hpp>

#include "tools/train/train_command.h"

namespace {

constexpr int kUsageError = 2;

// Activations come and go with every operator: keeps their memory instead of
// handing it back to the system each time, which costs a third of the machine.
void KeepFreedMemory() {
  constexpr int kGiB = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kGiB);
  mallopt(M_TRIM_THRESHOLD, kGiB);
}

}  // namespace

int main(int argc, char** argv) {
  KeepFreedMemory();
  CLI::App app("Trains the networks of the animation service", "animate-train");
  app.require_subcommand(1);
  app.footer(
      "SIGINT and SIGTERM end a run after the step in hand, saved; the same "
      "command goes on with it. Several processes: torchrun --no-python (see "
      "docs/training.md). Exit codes: 0 done or stopped, 1 an error, 2 wrong "
      "command line.");
  int exit_code = 0;
  animate::AddTrainCommand(app, animate::TrainedThing::kVae, exit_code);
  animate::AddTrainCommand(app, animate::TrainedThing::kStage1, exit_code);
  animate::AddTrainCommand(app, animate::TrainedThing::kStage2, exit_code);
  animate::AddSettingsCommand(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  return exit_code;
}
