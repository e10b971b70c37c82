#ifndef ANIMATE_TESTS_UNIT_ENGINE_TRAINING_TRAINING_TESTING_H_
#define ANIMATE_TESTS_UNIT_ENGINE_TRAINING_TRAINING_TESTING_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/dataset/training_clip.h"
#include "engine/training/training_observer.h"
#include "engine/training/training_task.h"

namespace animate {

// Fits two small layers to random pairs that clips' seeds give.
class SmallTask : public TrainingTask {
 public:
  SmallTask();

  const StateDict& trained() const override { return trained_; }
  absl::StatusOr<TaskLoss> Loss(
      const std::vector<TrainingClip>& batch) override;
  absl::Status WriteModel(const std::string& path,
                          const StateDict& weights) const override;
  absl::StatusOr<RgbImage> ContactSheet(
      const std::vector<TrainingClip>& clips,
      const StateDict& weights) const override;

  // By this the loss of a batch is multiplied.
  std::function<double(const std::vector<TrainingClip>&)> factor;
  // Indices of the samples seen, batch by batch.
  std::vector<std::vector<int64_t>> batches;

 private:
  StateDict trained_;
};

// Samples without pictures worth seeing; "clip <index>" is their source.
class SmallClips : public ClipDataset {
 public:
  const ClipFormat& format() const override { return format_; }
  absl::StatusOr<TrainingClip> Draw(int64_t index) const override;
  int64_t skipped() const override { return 0; }

  // After so many samples they begin again.
  int64_t repeat = INT64_MAX;
  // From this sample on the files are gone.
  int64_t end = INT64_MAX;

 private:
  ClipFormat format_;
};

// Remembers what it was told, and can be made to act at each step.
class StepRecorder : public TrainingObserver {
 public:
  void OnStep(const TrainingProgress& progress) override {
    steps.push_back(progress);
    if (on_step) on_step(progress);
  }
  void OnSheetDue(int64_t step, const StateDict&) override {
    sheets.push_back(step);
  }
  void OnModelDue(int64_t step, const StateDict&) override {
    models.push_back(step);
  }
  void OnCheckpoint(int64_t step, const std::string& path) override {
    checkpoints[step] = path;
  }
  void OnCheckpointFailed(int64_t step, const absl::Status& status) override {
    failures[step] = status;
  }

  std::vector<double> losses() const {
    std::vector<double> values;
    for (const TrainingProgress& step : steps) values.push_back(step.loss);
    return values;
  }

  std::function<void(const TrainingProgress&)> on_step;
  std::vector<TrainingProgress> steps;
  std::vector<int64_t> sheets;
  std::vector<int64_t> models;
  std::map<int64_t, std::string> checkpoints;
  std::map<int64_t, absl::Status> failures;
};

// The bytes of all tensors, in the order of their keys.
std::string BytesOf(const StateDict& tensors);

// Copies of the tensors as they are now.
StateDict Copies(const StateDict& tensors);

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_TRAINING_TRAINING_TESTING_H_
