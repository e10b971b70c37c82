#include "engine/pipeline/sampling_defaults.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {
namespace {

// The configuration has no size beyond 2^20.
void Take(const std::optional<int64_t>& value, int& out) {
  if (value.has_value()) out = static_cast<int>(*value);
}

absl::Status WindowError(absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("topology.json: sampling: ", message),
                   {.reason = "UNSUPPORTED_MODEL_CONFIG"});
}

absl::Status ApplyWindows(const SamplingConfig& sampling, ModelInfo& info) {
  Take(sampling.context_frames, info.context_frames);
  if (info.context_frames > info.max_context_frames) {
    return WindowError(absl::StrCat(
        "context_frames must be at most ", info.max_context_frames,
        ", the positions of the motion modules: got ", info.context_frames));
  }
  info.context_overlap =
      std::min(info.context_overlap, info.context_frames - 1);
  Take(sampling.context_overlap, info.context_overlap);
  if (info.context_overlap >= info.context_frames) {
    return WindowError(
        absl::StrCat("context_overlap must be less than context_frames = ",
                     info.context_frames, ": got ", info.context_overlap));
  }
  if (sampling.context_schedule.has_value()) {
    const std::string& name = *sampling.context_schedule;
    info.context_schedule = name == "open"   ? ContextSchedule::kOpen
                            : name == "edge" ? ContextSchedule::kEdge
                                             : ContextSchedule::kClosed;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplySampling(const SamplingConfig& sampling, ModelInfo& info,
                           NoiseSchedulerConfig& noise_scheduler) {
  Take(sampling.num_inference_steps, info.num_inference_steps);
  info.guidance_scale = sampling.guidance_scale.value_or(info.guidance_scale);
  if (sampling.noise.has_value()) {
    info.noise_mode =
        *sampling.noise == "shared" ? NoiseMode::kShared : NoiseMode::kPerFrame;
  }
  noise_scheduler.beta_schedule =
      sampling.beta_schedule.value_or(noise_scheduler.beta_schedule);
  info.beta_schedule = noise_scheduler.beta_schedule == "scaled_linear"
                           ? BetaSchedule::kScaledLinear
                           : BetaSchedule::kLinear;
  Take(sampling.width, info.width);
  Take(sampling.height, info.height);
  return ApplyWindows(sampling, info);
}

}  // namespace animate
