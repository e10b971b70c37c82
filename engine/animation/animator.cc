#include "engine/animation/animator.h"

namespace animate {

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
