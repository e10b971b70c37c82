#include "engine/animation/animation_spec.h"

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

absl::Status CheckRange(absl::string_view field, double value, double low,
                        double high) {
  // Written so that NaN fails.
  if (value >= low && value <= high) return absl::OkStatus();
  return FieldError(
      field,
      absl::StrCat("must be in [", low, ", ", high, "], got ",
                   std::isnan(value) ? "NaN" : absl::StrCat(value)),
      "LIMIT_EXCEEDED");
}

absl::Status CheckSide(absl::string_view field, int value,
                       const Limits& limits) {
  ANIMATE_RETURN_IF_ERROR(
      CheckRange(field, value, limits.min_side, limits.max_side));
  if (value % limits.size_multiple != 0) {
    return FieldError(field,
                      absl::StrCat("must be a multiple of ",
                                   limits.size_multiple, ", got ", value),
                      "BAD_SIZE");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AnimationSpec> AnimationSpec::Create(
    const AnimationParameters& parameters, const Limits& limits) {
  const AnimationParameters& p = parameters;
  ANIMATE_RETURN_IF_ERROR(CheckSide("spec.width", p.width, limits));
  ANIMATE_RETURN_IF_ERROR(CheckSide("spec.height", p.height, limits));
  if (int64_t{p.width} * p.height > limits.max_pixels) {
    return FieldError(
        "spec.width",
        absl::StrCat("width x height must be at most ", limits.max_pixels,
                     " pixels, got ", p.width, " x ", p.height),
        "LIMIT_EXCEEDED");
  }
  ANIMATE_RETURN_IF_ERROR(
      CheckRange("spec.frame_count", p.num_frames, 1, limits.max_frames));
  if (!(p.fps > 0.0 && p.fps <= 240.0)) {
    return FieldError("spec.fps",
                      absl::StrCat("must be in (0, 240], got ", p.fps),
                      "LIMIT_EXCEEDED");
  }
  ANIMATE_RETURN_IF_ERROR(
      CheckRange("spec.steps", p.num_inference_steps, 1, limits.max_steps));
  ANIMATE_RETURN_IF_ERROR(CheckRange("spec.guidance_scale", p.guidance_scale,
                                     0.0, limits.max_guidance_scale));
  if (p.context_frames.has_value()) {
    ANIMATE_RETURN_IF_ERROR(CheckRange("spec.sampler.context_frames",
                                       *p.context_frames, 1,
                                       limits.max_context_frames));
  }
  if (p.context_overlap.has_value()) {
    const int context_frames =
        p.context_frames.value_or(limits.max_context_frames);
    ANIMATE_RETURN_IF_ERROR(CheckRange("spec.sampler.context_overlap",
                                       *p.context_overlap, 0,
                                       context_frames - 1));
  }
  return AnimationSpec(parameters);
}

}  // namespace animate
