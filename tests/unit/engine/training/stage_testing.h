#ifndef ANIMATE_TESTS_UNIT_ENGINE_TRAINING_STAGE_TESTING_H_
#define ANIMATE_TESTS_UNIT_ENGINE_TRAINING_STAGE_TESTING_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/dataset/training_clip.h"
#include "engine/training/stage_options.h"
#include "engine/training/stage_task.h"
#include "tests/support/temporary_folder.h"

namespace animate {

inline constexpr int kStageSide = 16;  // pixels of the clips below

// A clip of pictures that depend on `index` alone, with `seed`.
TrainingClip StageClip(int64_t index, uint64_t seed, int frames = 2);

// Writes an untrained VAE that halves its pictures; returns its folder.
std::string WriteTestVae(const TemporaryFolder& folder);

// Networks of all kinds of layers, as small as they come, from scratch on the
// VAE at `vae`.
StageTaskOptions SmallStage(const std::string& vae);

// The second stage on the model at `model`.
StageTaskOptions SmallMotionStage(const std::string& model);

// Creates the task; fails the test when it cannot be created.
std::unique_ptr<StageTask> MakeStageTask(const StageTaskOptions& options);

// The loss of a batch; fails the test when there is none.
double StageLoss(StageTask& task, const std::vector<TrainingClip>& batch);

// Trains on `clip` for so many steps, drawing anew at each; returns the loss of
// each.
std::vector<double> FitOneClip(StageTask& task, TrainingClip clip, int steps,
                               double learning_rate);

// The mean of values[begin] to values[end - 1].
double MeanOf(const std::vector<double>& values, size_t begin, size_t end);

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_TRAINING_STAGE_TESTING_H_
