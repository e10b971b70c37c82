#ifndef ANIMATE_ENGINE_PIPELINE_SAMPLING_DEFAULTS_H_
#define ANIMATE_ENGINE_PIPELINE_SAMPLING_DEFAULTS_H_

#include "absl/status/status.h"
#include "engine/animation/animator.h"
#include "engine/model/model_config.h"
#include "engine/model/sampling_config.h"

namespace animate {

// Puts what a model folder asks for in the place of the usual sampling: in
// `info`, whose windows must be those of the weights already, and, for the
// betas, in `noise_scheduler`. FAILED_PRECONDITION, reason
// UNSUPPORTED_MODEL_CONFIG, for windows longer than the positions of the
// weights and for an overlap that leaves nothing of a window.
absl::Status ApplySampling(const SamplingConfig& sampling, ModelInfo& info,
                           NoiseSchedulerConfig& noise_scheduler);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_SAMPLING_DEFAULTS_H_
