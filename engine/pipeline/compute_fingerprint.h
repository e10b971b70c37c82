#ifndef ANIMATE_ENGINE_PIPELINE_COMPUTE_FINGERPRINT_H_
#define ANIMATE_ENGINE_PIPELINE_COMPUTE_FINGERPRINT_H_

#include <string>

#include "engine/pipeline/model_bundle.h"
#include "engine/pipeline/pipeline_options.h"

namespace animate {

// Returns ModelInfo::fingerprint: in words, so that a log can say what changed.
// The processor and its vector instructions, or the memory of the GPU and the
// CUDA version; the number of compute threads as it is now, since sums are
// split among them; every option that reaches the pictures.
std::string ComputeFingerprint(const ModelBundle& models,
                               const PipelineOptions& options);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_COMPUTE_FINGERPRINT_H_
