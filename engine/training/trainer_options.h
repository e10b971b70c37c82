#ifndef ANIMATE_ENGINE_TRAINING_TRAINER_OPTIONS_H_
#define ANIMATE_ENGINE_TRAINING_TRAINER_OPTIONS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "engine/training/learning_rate.h"
#include "engine/training/loss_scaler.h"
#include "engine/training/optimizer.h"

namespace animate {

// In what the networks compute. Weights, gradients and the optimiser's state
// are float32 in any case; the 16-bit types act through LibTorch's autocast.
enum class TrainingPrecision { kFloat32, kBfloat16, kFloat16 };

// "float32", "bfloat16" or "float16".
std::string PrecisionName(TrainingPrecision precision);

// How a run is trained, whatever is trained. Defaults are the paper's where it
// has them (section 4.1 of Animate Anyone).
struct TrainerOptions {
  int64_t steps = 30000;       // 1..2^24: length of the whole run
  int batch_size = 4;          // 1..4096 clips at a time in each process
  int accumulation_steps = 1;  // 1..4096 such batches to an update

  LearningRateOptions learning_rate;
  OptimizerOptions optimizer;
  double max_gradient_norm = 1.0;  // >= 0; 0 does not clip
  double ema_decay = 0.999;        // [0, 1): ceiling; 0 keeps no average

  TrainingPrecision precision = TrainingPrecision::kFloat32;
  LossScalerOptions loss_scaler;  // of kFloat16

  // When a checkpoint of the run is due: after so many steps or so much time,
  // whichever comes first; 0 is never. There is one at the end anyway.
  int64_t checkpoint_steps = 1000;    // >= 0
  double checkpoint_seconds = 300.0;  // >= 0
  int keep_checkpoints = 2;           // 2..1000, the newest

  // When the observer is asked for a contact sheet and for a model folder; 0 is
  // never.
  int64_t sheet_steps = 1000;  // >= 0
  int64_t model_steps = 0;     // >= 0

  int prefetch_threads = 1;  // 0..64; 0 makes clips when they are needed
  int prefetch_clips = 8;    // 1..4096: how many may be ready

  // Identifies what else the outcome depends on (networks, loss, data), for
  // example a digest of its configuration. A checkpoint of another is refused.
  std::string fingerprint;
  // Resumes from a checkpoint although settings below or the fingerprint have
  // changed since.
  bool accept_changed_settings = false;
};

// OK, or INVALID_ARGUMENT that names the field ("learning_rate.floor") and its
// range.
absl::Status ValidateTrainerOptions(const TrainerOptions& options);

// Returns the settings on which the course of a run depends, by field name, and
// the number of processes; not the total number of steps, which may change
// between two parts of a run.
std::map<std::string, std::string> RunSettings(const TrainerOptions& options,
                                               int world_size);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_TRAINER_OPTIONS_H_
