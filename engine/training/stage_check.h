#ifndef ANIMATE_ENGINE_TRAINING_STAGE_CHECK_H_
#define ANIMATE_ENGINE_TRAINING_STAGE_CHECK_H_

#include "engine/pipeline/model_bundle.h"
#include "engine/training/diffusion_objective.h"
#include "engine/training/stage_batch.h"

namespace animate {

// Mean squared errors of latents, in the UNets' units.
struct ReferenceCheck {
  double right = 0.0;     // predicted with a clip's own reference
  double shuffled = 0.0;  // with the next clip's
  double copied = 0.0;    // of the reference itself: what costs nothing
};

// Predicts the frames of `batch` from pure noise in one step. Throws
// c10::Error, also for fewer than two clips.
ReferenceCheck CheckReference(const ModelBundle& models,
                              const DiffusionObjective& objective,
                              const StageBatch& batch);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_STAGE_CHECK_H_
