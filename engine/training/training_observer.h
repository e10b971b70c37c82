#ifndef ANIMATE_ENGINE_TRAINING_TRAINING_OBSERVER_H_
#define ANIMATE_ENGINE_TRAINING_TRAINING_OBSERVER_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "engine/tensor/parameters.h"

namespace animate {

// One step of a run.
struct TrainingProgress {
  int64_t step = 0;         // steps done, this one included
  int64_t total_steps = 0;  // of the run
  double loss = 0.0;        // mean over the samples of all processes
  // Parts of the loss: means over this process's batches that have them.
  std::map<std::string, double> details;
  double learning_rate = 0.0;
  double gradient_norm = 0.0;      // before clipping
  double loss_scale = 1.0;         // above 1 in float16 only
  bool skipped = false;            // float16 overflowed: the weights stay
  int64_t images = 0;              // targets of the step, of all processes
  double seconds = 0.0;            // this step took
  double images_per_second = 0.0;  // smoothed over some twenty steps
  int64_t skipped_sources = 0;     // unreadable, of the dataset, so far
};

// Sees a run on the process of rank 0, on the thread of Trainer::Run, which
// waits for it.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;

  virtual void OnStep(const TrainingProgress& progress) = 0;

  // `average`: the moving average of the weights, by the keys of
  // TrainingTask::trained(), for TrainingTask::ContactSheet and WriteModel. At
  // the steps of TrainerOptions::sheet_steps and model_steps, after OnStep.
  virtual void OnSheetDue(int64_t step, const StateDict& average) = 0;
  virtual void OnModelDue(int64_t step, const StateDict& average) = 0;

  // A checkpoint of the run is complete at `path`.
  virtual void OnCheckpoint(int64_t step, const std::string& path) = 0;

  // One could not be saved; those before it are whole, the run goes on and
  // tries again when the next is due.
  virtual void OnCheckpointFailed(int64_t step, const absl::Status& status) = 0;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_TRAINING_OBSERVER_H_
