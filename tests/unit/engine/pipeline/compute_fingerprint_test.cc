#include "engine/pipeline/compute_fingerprint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/pipeline/animation_pipeline.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

std::string FingerprintWith(const PipelineOptions& options) {
  return AnimationPipeline(NanoModels(), options).info().fingerprint;
}

TEST(ComputeFingerprintTest, NamesProcessorAndThreads) {
  const std::string fingerprint = ComputeFingerprint(NanoModels(), {});
  EXPECT_THAT(fingerprint, HasSubstr("cpu="));
  EXPECT_THAT(fingerprint, HasSubstr("threads="));
  EXPECT_EQ(ComputeFingerprint(NanoModels(), {}), fingerprint);
}

TEST(ComputeFingerprintTest, FollowsTheOptionsThatReachThePictures) {
  const std::string usual = FingerprintWith({});
  EXPECT_EQ(FingerprintWith({.reference_cache_bytes = 0}), usual);
  EXPECT_NE(FingerprintWith({.noise_recipe = NoiseRecipe::kFloat32}), usual);
  EXPECT_NE(FingerprintWith({.decode_batch_frames = 2}), usual);
  EXPECT_NE(FingerprintWith({.context_schedule = ContextSchedule::kEdge}),
            usual);
  EXPECT_NE(FingerprintWith({.frame_rounding = FrameRounding::kNearest}),
            usual);
}

}  // namespace
}  // namespace animate
