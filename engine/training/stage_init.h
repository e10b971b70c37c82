#ifndef ANIMATE_ENGINE_TRAINING_STAGE_INIT_H_
#define ANIMATE_ENGINE_TRAINING_STAGE_INIT_H_

#include <c10/core/Device.h>

#include "absl/status/statusor.h"
#include "engine/training/stage_options.h"
#include "engine/training/stage_weights.h"

namespace animate {

// Loads weights and makes new ones as options.init and options.networks say;
// the noise schedule is that of options.diffusion. New motion modules end in
// zero and change nothing until they are trained, so that a model of the first
// stage is complete and the second starts from it. Errors: INVALID_ARGUMENT
// (reason BAD_CONFIG) for networks that cannot be made and for options that
// leave no autoencoder; those of FindModelFolder, ReadVae and LoadWeights;
// FAILED_PRECONDITION for weights that do not fit their network or each other.
absl::StatusOr<StageWeights> LoadStageWeights(const StageTaskOptions& options,
                                              c10::Device device);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_STAGE_INIT_H_
