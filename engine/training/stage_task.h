#ifndef ANIMATE_ENGINE_TRAINING_STAGE_TASK_H_
#define ANIMATE_ENGINE_TRAINING_STAGE_TASK_H_

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/training/diffusion_objective.h"
#include "engine/training/stage_batch.h"
#include "engine/training/stage_forward.h"
#include "engine/training/stage_networks.h"
#include "engine/training/stage_options.h"
#include "engine/training/stage_weights.h"
#include "engine/training/training_task.h"

namespace animate {

// The two stages of Animate Anyone's training (Hu 2023, section 4.1): a network
// that sees frames through noise is told skeleton, reference and embedding, and
// asked for what is below the noise. The first stage looks at each frame alone,
// the second at clips of consecutive frames, which share one timestep.
//
// Conditions are dropped for whole clips, and as sampling has it: no reference
// and a zero embedding; the skeleton always stays. Thread-compatible.
class StageTask final : public TrainingTask {
 public:
  // Errors of LoadStageWeights, DiffusionObjective::Create and ParseDevice;
  // INVALID_ARGUMENT (reason BAD_CONFIG) for options out of range.
  static absl::StatusOr<std::unique_ptr<StageTask>> Create(
      const StageTaskOptions& options);

  const StateDict& trained() const override { return trained_; }

  // What all networks are at present, trained and not.
  const StageWeights& weights() const { return weights_; }

  // Details: mse, of frames that are not rolled out, before any weight;
  // mse_last, of those that were pure noise; mse_rollout, of the latents of
  // those that are rolled out. Absent where there are none.
  absl::StatusOr<TaskLoss> Loss(
      const std::vector<TrainingClip>& batch) override;

  // Writes a whole model. One of the first stage has motion modules that change
  // nothing, or those it began with.
  absl::Status WriteModel(const std::string& path,
                          const StateDict& weights) const override;

  // Columns: reference, then skeleton, generated, truth for each frame; the
  // frames of a clip begin with the same noise, without guidance.
  absl::StatusOr<RgbImage> ContactSheet(
      const std::vector<TrainingClip>& clips,
      const StateDict& weights) const override;

  // reference_right and reference_shuffled: mean squared error of the latents
  // predicted from pure noise with a clip's own reference and with that of the
  // next clip. Where learning goes well the second is soon twice the first;
  // where they stay equal the reference is not used. Of at least two clips.
  absl::StatusOr<std::map<std::string, double>> Validate(
      const std::vector<TrainingClip>& clips,
      const StateDict& weights) const override;

 private:
  StageTask(const StageTaskOptions& options, DiffusionObjective objective,
            StageWeights weights, c10::Device device, c10::ScalarType dtype);

  StageBatchFormat format() const;
  TaskLoss LossOf(const std::vector<TrainingClip>& clips,
                  const StageBatch& batch) const;
  // Of R*F frames.
  struct Draws {
    std::vector<int64_t> timesteps;
    std::vector<bool> rollouts;
  };
  Draws DrawFrames(const std::vector<TrainingClip>& clips,
                   int64_t frames) const;
  at::Tensor DrawNoise(const std::vector<TrainingClip>& clips,
                       at::IntArrayRef frame_shape, int64_t frames) const;
  KeptReferences KeptOf(const std::vector<TrainingClip>& clips,
                        const StageBatch& batch) const;
  // What steers the denoising of a batch.
  struct Steering {
    StageConditions conditions;
    at::Tensor pose_features;
  };
  Steering Steer(const std::vector<TrainingClip>& clips,
                 const StageBatch& batch) const;
  at::Tensor Predict(const Steering& steering, const at::Tensor& noisy,
                     const std::vector<int64_t>& timesteps) const;
  // `noise`, but for frames that are rolled out: with what it is there, the
  // latents look as they would in the middle of sampling.
  at::Tensor RollOut(const Steering& steering, const at::Tensor& latents,
                     const at::Tensor& noise, const Draws& draws) const;
  // The weight of each frame's loss.
  std::vector<double> Weights(const Draws& draws) const;
  std::map<std::string, double> Details(const at::Tensor& errors,
                                        const Draws& draws) const;

  const StageTaskOptions options_;
  const DiffusionObjective objective_;
  const c10::Device device_;
  const c10::ScalarType dtype_;  // of the folders written
  StageWeights weights_;
  StateDict trained_;
  StageNetworks networks_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_STAGE_TASK_H_
