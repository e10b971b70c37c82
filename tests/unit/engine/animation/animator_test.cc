#include "engine/animation/animator.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace animate {
namespace {

TEST(EngineStageNameTest, EveryStageHasItsOwnName) {
  std::set<std::string> names;
  for (const EngineStage stage :
       {EngineStage::kClip, EngineStage::kVaeEncode, EngineStage::kReference,
        EngineStage::kPose, EngineStage::kDenoise, EngineStage::kVaeDecode}) {
    names.emplace(EngineStageName(stage));
  }
  EXPECT_EQ(names, (std::set<std::string>{"clip", "vae_encode", "reference",
                                          "pose", "denoise", "vae_decode"}));
}

}  // namespace
}  // namespace animate
