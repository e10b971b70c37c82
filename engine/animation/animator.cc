#include "engine/animation/animator.h"

namespace animate {

AnimationParameters DefaultParameters(const ModelInfo& model) {
  AnimationParameters parameters;
  if (model.width > 0) parameters.width = model.width;
  if (model.height > 0) parameters.height = model.height;
  parameters.num_inference_steps = model.num_inference_steps;
  parameters.guidance_scale = model.guidance_scale;
  parameters.noise_mode = model.noise_mode;
  parameters.beta_schedule = model.beta_schedule;
  return parameters;
}

absl::string_view EngineStageName(EngineStage stage) {
  switch (stage) {
    case EngineStage::kClip:
      return "clip";
    case EngineStage::kVaeEncode:
      return "vae_encode";
    case EngineStage::kReference:
      return "reference";
    case EngineStage::kPose:
      return "pose";
    case EngineStage::kDenoise:
      return "denoise";
    case EngineStage::kVaeDecode:
      return "vae_decode";
  }
  return "unknown";
}

}  // namespace animate
