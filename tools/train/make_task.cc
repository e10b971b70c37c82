#include "tools/train/make_task.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/tensor/device.h"
#include "engine/training/model_predictions.h"
#include "engine/training/stage_task.h"
#include "engine/training/vae_task.h"

namespace animate {
namespace {

absl::StatusOr<std::unique_ptr<TrainingTask>> MakeVaeTask(
    const VaeSettings& settings, const ClipDataset& clips) {
  std::vector<TrainingClip> statistics;
  for (int64_t i = 0; i < settings.statistics_clips; ++i) {
    ANIMATE_ASSIGN_OR_RETURN(TrainingClip clip, clips.Draw(i));
    statistics.push_back(std::move(clip));
  }
  VaePredictions predictions;
  if (settings.task.predicted_fraction > 0) {
    ANIMATE_ASSIGN_OR_RETURN(const c10::Device device,
                             ParseDevice(settings.task.device));
    ANIMATE_ASSIGN_OR_RETURN(
        predictions, LoadModelPredictions(settings.predictions_model, device));
  }
  return VaeTask::Create(settings.task, std::move(statistics),
                         std::move(predictions));
}

}  // namespace

absl::StatusOr<std::unique_ptr<TrainingTask>> MakeTask(
    const RunConfig& config, const ClipDataset& clips) {
  if (config.thing == TrainedThing::kVae) {
    return MakeVaeTask(config.vae, clips);
  }
  return StageTask::Create(config.stage);
}

}  // namespace animate
