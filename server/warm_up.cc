#include "server/warm_up.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/base/status_macros.h"

namespace animate {
namespace {

constexpr int kSide = 64;  // pixels; small, and enough for every layer
constexpr int kFrames = 2;

class IgnoringObserver : public AnimationObserver {
 public:
  void OnStageStarted(EngineStage) override {}
  void OnStageFinished(EngineStage, absl::Duration) override {}
  void OnStep(int, int, absl::Duration) override {}
  void OnFrame(int, RgbImage) override {}
};

int RoundUp(int value, int multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace

absl::Status WarmUp(Animator& animator, const Limits& limits,
                    const CancellationToken& token) {
  AnimationParameters parameters;
  parameters.width =
      RoundUp(std::max(kSide, limits.min_side), limits.size_multiple);
  parameters.height = parameters.width;
  parameters.num_frames = std::min(kFrames, limits.max_frames);
  parameters.num_inference_steps = 1;
  // Above 1: with guidance, unless the operator has ruled it out.
  parameters.guidance_scale = std::min(2.0, limits.max_guidance_scale);
  ANIMATE_ASSIGN_OR_RETURN(const AnimationSpec spec,
                           AnimationSpec::Create(parameters, limits));
  const RgbImage black(spec->width, spec->height);
  const AnimationInput input{.spec = spec,
                             .reference = black,
                             .poses = std::vector<RgbImage>(
                                 static_cast<size_t>(spec->num_frames), black)};
  IgnoringObserver observer;
  return animator.Animate(input, token, observer);
}

Limits NarrowToModel(Limits limits, const ModelInfo& model) {
  limits.size_multiple = std::lcm(limits.size_multiple, model.size_multiple);
  limits.min_side = RoundUp(limits.min_side, limits.size_multiple);
  limits.max_steps = std::min(limits.max_steps, model.num_train_timesteps);
  limits.max_context_frames =
      std::min(limits.max_context_frames, model.max_context_frames);
  return limits;
}

}  // namespace animate
