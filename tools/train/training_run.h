#ifndef ANIMATE_TOOLS_TRAIN_TRAINING_RUN_H_
#define ANIMATE_TOOLS_TRAIN_TRAINING_RUN_H_

#include <ostream>

#include "absl/status/status.h"
#include "engine/base/cancellation.h"
#include "engine/training/replicas.h"
#include "tools/train/progress_line.h"
#include "tools/train/run_config.h"

namespace animate {

struct RunOptions {
  bool fresh = false;  // refuses a folder with checkpoints
  bool accept_changed_settings = false;
  ProgressLine::Style style = ProgressLine::Style::kPlain;
  Replicas* replicas = nullptr;  // nullptr: a process on its own
};

// Trains as `config` says, from the checkpoints in its output folder if there
// are any, and leaves checkpoints, model, metrics and pictures there (see
// RunFolder). Progress goes to `out`; processes but rank 0 are silent and write
// nothing. When `cancel` is cancelled, finishes the step, saves, and returns
// OK after a line that says how to go on. Errors: those of datasets, tasks and
// Trainer; ALREADY_EXISTS with options.fresh.
absl::Status RunTraining(const RunConfig& config, const RunOptions& options,
                         const CancellationToken& cancel, std::ostream& out);

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_TRAINING_RUN_H_
