#ifndef ANIMATE_ENGINE_TRAINING_RUN_CHECKPOINT_H_
#define ANIMATE_ENGINE_TRAINING_RUN_CHECKPOINT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/tensor/parameters.h"

namespace animate {

// Where a run stands, but for its tensors. There is no state of a random
// generator: all chance comes from the seeds of samples.
struct RunPosition {
  int64_t step = 0;         // steps done
  int64_t updates = 0;      // of the weights: steps less those skipped
  int64_t next_sample = 0;  // of the dataset
  int64_t total_steps = 0;  // the run was meant to have
  double loss_scale = 1.0;
  int64_t loss_scale_good_steps = 0;

  friend bool operator==(const RunPosition&, const RunPosition&) = default;
};

// Everything from which a run continues as if it had not been interrupted.
struct RunState {
  RunPosition position;
  std::map<std::string, std::string> settings;  // see RunSettings
  // By the keys of TrainingTask::trained().
  StateDict weights;
  StateDict average;
  StateDict exp_avg;
  StateDict exp_avg_sq;
};

// Saves `state` as the folder "<folder>/step-<step>":
//   weights.safetensors, average.safetensors
//   optimizer.safetensors   "exp_avg.<key>" and "exp_avg_sq.<key>"
//   run.json                position, settings, size and CRC-32C of the files
// It appears in one step when it is complete and on disk; until then, whatever
// happens, earlier ones are as they were. Then removes all but the newest
// `keep`, and what crashes have left. Returns its path; the same step is
// replaced only when its folder is broken. RESOURCE_EXHAUSTED when the disk is
// full. One process at a time may save into a folder.
absl::StatusOr<std::string> SaveRunCheckpoint(const std::string& folder,
                                              const RunState& state, int keep);

// Loads the checkpoint at `path`. FAILED_PRECONDITION, reason
// CHECKPOINT_BROKEN, when a file is missing or not as it was written.
absl::StatusOr<RunState> LoadRunCheckpoint(const std::string& path);

struct FoundRun {
  std::string path;
  RunState state;
  std::vector<std::string> broken;  // newer ones, passed over: messages
};

// Loads the newest whole checkpoint in `folder`. NOT_FOUND when there is no
// checkpoint at all; FAILED_PRECONDITION when all are broken.
absl::StatusOr<FoundRun> LoadNewestRunCheckpoint(const std::string& folder);

// Whether `folder` has a checkpoint, whole or not.
bool HasRunCheckpoint(const std::string& folder);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_RUN_CHECKPOINT_H_
