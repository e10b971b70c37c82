#ifndef ANIMATE_ENGINE_PIPELINE_CONTEXT_PLAN_H_
#define ANIMATE_ENGINE_PIPELINE_CONTEXT_PLAN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/animation_spec.h"
#include "engine/animation/animator.h"
#include "engine/pipeline/pipeline_options.h"
#include "engine/schedule/context_windows.h"
#include "engine/schedule/window_weights.h"

namespace animate {

// In which windows a clip is denoised, and how much each counts for its frames.
struct ContextPlan {
  std::vector<ContextWindow> windows;  // early frames first
  WindowWeights weights;               // parallel to `windows`
};

// Plans the windows of a job: what `parameters` leave open is the model's own
// (`info`; of kEdge half a window of overlap), where `options` do not set the
// schedule. INVALID_ARGUMENT, naming the field, for windows beyond the model's
// positions and for an overlap that leaves nothing of a window.
absl::StatusOr<ContextPlan> MakeContextPlan(
    const AnimationParameters& parameters, const ModelInfo& info,
    const PipelineOptions& options);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_CONTEXT_PLAN_H_
