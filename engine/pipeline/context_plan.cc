#include "engine/pipeline/context_plan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {
namespace {

// What neighbours share where the job does not say.
int DefaultOverlap(ContextSchedule schedule, int context_frames,
                   const ModelInfo& info) {
  return schedule == ContextSchedule::kEdge
             ? context_frames / 2
             : std::min(info.context_overlap, context_frames - 1);
}

}  // namespace

absl::StatusOr<ContextPlan> MakeContextPlan(
    const AnimationParameters& parameters, const ModelInfo& info,
    const PipelineOptions& options) {
  const ContextSchedule schedule = parameters.context_schedule.value_or(
      options.context_schedule.value_or(info.context_schedule));
  ContextWindowConfig config;
  config.num_frames = parameters.num_frames;
  config.context_frames =
      parameters.context_frames.value_or(info.context_frames);
  config.context_overlap = parameters.context_overlap.value_or(
      DefaultOverlap(schedule, config.context_frames, info));
  if (config.context_frames > info.max_context_frames) {
    return FieldError(
        "spec.sampler.context_frames",
        absl::StrCat("must be at most ", info.max_context_frames,
                     " for this model, got ", config.context_frames),
        "LIMIT_EXCEEDED");
  }
  ContextPlan plan;
  plan.windows = schedule == ContextSchedule::kClosed
                     ? InOrderOfCompletion(UniformContextWindows(config))
                     : OpenContextWindows(config);
  if (plan.windows.empty()) {
    return FieldError("spec.sampler.context_overlap",
                      absl::StrCat("must be in [0, ", config.context_frames,
                                   "), got ", config.context_overlap),
                      "LIMIT_EXCEEDED");
  }
  plan.weights = schedule == ContextSchedule::kEdge
                     ? CrossFadingWeights(plan.windows, config.num_frames)
                     : AveragingWeights(plan.windows, config.num_frames);
  return plan;
}

}  // namespace animate
