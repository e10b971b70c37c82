#ifndef ANIMATE_ENGINE_TRAINING_TRAINER_H_
#define ANIMATE_ENGINE_TRAINING_TRAINER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/base/cancellation.h"
#include "engine/base/clock.h"
#include "engine/dataset/training_clip.h"
#include "engine/tensor/parameters.h"
#include "engine/training/replicas.h"
#include "engine/training/run_checkpoint.h"
#include "engine/training/trainer_options.h"
#include "engine/training/training_observer.h"
#include "engine/training/training_task.h"

namespace animate {

class ClipPrefetcher;

// Runs a training task: batches, gradients, optimiser, average, checkpoints.
//
//   ANIMATE_ASSIGN_OR_RETURN(auto trainer, Trainer::Create(options, parts));
//   absl::StatusOr<std::string> from = trainer->Resume();  // NOT_FOUND: new
//   ANIMATE_RETURN_IF_ERROR(trainer->Run(observer, cancel));
//   task.WriteModel(path, trainer->average());
//
// A run that is killed at any moment and resumed ends with the same bytes as
// one that was not, on the same machine with the same number of threads and
// processes. Thread-compatible; errors of LibTorch come back as statuses.
class Trainer {
 public:
  // All must outlive the trainer.
  struct Parts {
    TrainingTask* task = nullptr;          // required
    const ClipDataset* dataset = nullptr;  // required
    Replicas* replicas = nullptr;          // nullptr: a process on its own
    const Clock* clock = &Clock::Real();
    // Where checkpoints of the run are, made when missing; empty: none are
    // saved. Used by rank 0 only.
    std::string checkpoint_folder;
  };

  // INVALID_ARGUMENT for options out of range and for a task with nothing to
  // train, or with other than dense float32 leaves on one device.
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(
      const TrainerOptions& options, const Parts& parts);
  ~Trainer();

  // Continues from the newest whole checkpoint and returns its path. The total
  // number of steps is that of the options, so that a run may be made longer.
  // NOT_FOUND when there is none: the run then begins. FAILED_PRECONDITION,
  // listing every difference, for a checkpoint of other settings (reason
  // SETTINGS_CHANGED) or of other tensors (reason CHECKPOINT_MISMATCH). In
  // processes but rank 0 does nothing and returns "": Run tells them all.
  absl::StatusOr<std::string> Resume();

  // Trains until all steps are done, and saves a checkpoint. When `cancel` asks
  // to stop, in whichever process, finishes the step, saves and returns its
  // reason (CANCELLED in the other processes). FAILED_PRECONDITION, reason
  // RUN_EXISTS, when the folder has checkpoints and Resume took none. Stops
  // without saving
  //   ABORTED, reason LOSS_NOT_FINITE, naming the step, the sources of the
  //     batch and the last good checkpoint, for a loss that is not a finite
  //     number, or gradients that are not and no fault of float16;
  //   with the error of the dataset, of the task or of another process.
  absl::Status Run(TrainingObserver& observer, const CancellationToken& cancel);

  int64_t step() const { return position_.step; }
  const StateDict& average() const;

 private:
  struct Machinery;
  struct BatchOutcome;

  Trainer(const TrainerOptions& options, const Parts& parts,
          std::unique_ptr<Machinery> machinery);

  absl::Status Adopt(const RunState& state, const std::string& path);
  void SetPosition(const RunPosition& position);
  absl::Status ShareState();
  absl::Status CheckFolder() const;
  // Returns whether to stop after this step.
  absl::StatusOr<bool> Step(ClipPrefetcher& clips, TrainingObserver& observer,
                            const CancellationToken& cancel);
  absl::StatusOr<BatchOutcome> AccumulateGradients(
      ClipPrefetcher& clips, const CancellationToken& cancel);
  absl::Status AverageOverReplicas(const CancellationToken& cancel,
                                   BatchOutcome& batch);
  absl::Status Update(const BatchOutcome& batch, TrainingProgress& progress);
  double LossScale() const;
  absl::Status NotFinite(absl::string_view what, double value,
                         const BatchOutcome& batch) const;
  void Report(TrainingProgress progress, TrainingObserver& observer);
  bool CheckpointDue() const;
  absl::Status Save(TrainingObserver& observer);

  const TrainerOptions options_;
  const Parts parts_;
  const std::unique_ptr<Machinery> machinery_;
  Replicas* replicas_ = nullptr;
  RunPosition position_;
  std::string last_checkpoint_;
  int64_t saved_step_ = -1;
  int64_t last_attempt_step_ = 0;  // of saving
  absl::Duration last_attempt_time_;
  double seconds_per_image_ = 0.0;  // smoothed
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_TRAINER_H_
