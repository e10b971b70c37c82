#ifndef ANIMATE_ENGINE_TRAINING_MODEL_PREDICTIONS_H_
#define ANIMATE_ENGINE_TRAINING_MODEL_PREDICTIONS_H_

#include <string>

#include <c10/core/Device.h>

#include "absl/status/statusor.h"
#include "engine/training/vae_task.h"

namespace animate {

// Loads the model folder at `path`, for training a decoder on what the decoder
// will be given: returns a function that predicts all frames of a clip from its
// reference and skeletons in one step from pure noise, without guidance. The
// noise comes from the clip's seed; all frames of a clip begin with the same.
// The clip is seen as one window: a model with trained motion modules wants
// consecutive frames. INVALID_ARGUMENT from the function for clips whose
// pictures do not fit; errors of LoadModelBundle.
absl::StatusOr<VaePredictions> LoadModelPredictions(const std::string& path,
                                                    c10::Device device);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_MODEL_PREDICTIONS_H_
