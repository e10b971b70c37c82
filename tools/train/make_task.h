#ifndef ANIMATE_TOOLS_TRAIN_MAKE_TASK_H_
#define ANIMATE_TOOLS_TRAIN_MAKE_TASK_H_

#include <memory>

#include "absl/status/statusor.h"
#include "engine/dataset/training_clip.h"
#include "engine/training/training_task.h"
#include "tools/train/run_config.h"

namespace animate {

// Makes what `config` trains, with weights loaded or new. `clips`: what it is
// trained on, of which a VAE measures its latents. Errors: those of the tasks.
absl::StatusOr<std::unique_ptr<TrainingTask>> MakeTask(
    const RunConfig& config, const ClipDataset& clips);

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_MAKE_TASK_H_
