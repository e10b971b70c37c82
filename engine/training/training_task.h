#ifndef ANIMATE_ENGINE_TRAINING_TRAINING_TASK_H_
#define ANIMATE_ENGINE_TRAINING_TRAINING_TASK_H_

#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/dataset/training_clip.h"
#include "engine/tensor/parameters.h"

namespace animate {

struct TaskLoss {
  at::Tensor loss;  // [], float32, with its graph: the mean over the batch
  std::map<std::string, double> details;  // parts of it, for the log
};

// What is trained, and by which loss: the VAE, the image stage, the motion
// stage. Knows networks and losses; nothing of optimisers, steps, files of a
// run or other processes, which are the Trainer's. Thread-compatible.
class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  // The tensors to be trained, by network and key
  // ("denoising_unet.conv_in.weight"): float32 leaves that require gradients,
  // on one device. The same handles for the life of the task; whoever changes
  // their values in place changes the networks.
  virtual const StateDict& trained() const = 0;

  // Returns the loss over `batch`, not empty, with gradients towards
  // trained(). Draws by chance only from the seed of each clip: the mean over
  // two batches of equal size is the loss over both together. Throws
  // c10::Error; returns INVALID_ARGUMENT for clips that do not fit the task.
  virtual absl::StatusOr<TaskLoss> Loss(
      const std::vector<TrainingClip>& batch) = 0;

  // Writes the complete model folder, as the server loads it, with `weights`,
  // one for each of trained(), in their place (the trained ones, or their
  // moving average). The folder appears when it is complete and replaces an
  // earlier one at `path`.
  virtual absl::Status WriteModel(const std::string& path,
                                  const StateDict& weights) const = 0;

  // Returns a picture for people of what the networks make of `clips` with
  // `weights`: a row each.
  virtual absl::StatusOr<RgbImage> ContactSheet(
      const std::vector<TrainingClip>& clips,
      const StateDict& weights) const = 0;

  // Returns figures for the log, by name, of how the networks do with `weights`
  // on `clips` that no training sees. None where a task has none.
  virtual absl::StatusOr<std::map<std::string, double>> Validate(
      const std::vector<TrainingClip>& clips, const StateDict& weights) const {
    static_cast<void>(clips);
    static_cast<void>(weights);
    return std::map<std::string, double>();
  }
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_TRAINING_TASK_H_
