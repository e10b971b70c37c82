#include "engine/pipeline/pose_features.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "engine/pipeline/conditioning.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

PoseFeatures Make(const PipelineOptions& options) {
  return PoseFeatures::Create(NanoModels(), NanoPoses(), 80, 72, options,
                              CancellationToken())
      .value();
}

TEST(PoseFeaturesTest, KeptFeaturesAreThoseOfTheWholeClip) {
  const c10::InferenceMode inference_mode;
  const PoseFeatures poses = Make({});
  ASSERT_TRUE(poses.kept());
  EXPECT_EQ(poses.num_frames(), 9);
  const at::Tensor all =
      EncodePoses(NanoModels(), NanoPoses(), 80, 72, {}, CancellationToken())
          .value();
  EXPECT_TRUE(at::equal(poses.Select({3, 4, 5}), all.narrow(2, 3, 3)));
  EXPECT_TRUE(at::equal(poses.Select({8, 0}).select(2, 1), all.select(2, 0)));
}

TEST(PoseFeaturesTest, AboveTheBudgetPicturesAreKeptForTheSameFeatures) {
  const c10::InferenceMode inference_mode;
  const PoseFeatures features = Make({});
  for (const int batch : {1, 2, 8}) {
    const PoseFeatures pictures =
        Make({.pose_batch_frames = batch, .pose_feature_bytes = 0});
    ASSERT_FALSE(pictures.kept());
    EXPECT_EQ(pictures.num_frames(), 9);
    EXPECT_EQ(pictures.bytes(), 9 * 80 * 72 * 3);
    EXPECT_TRUE(at::allclose(pictures.Select({7, 8, 0, 1}),
                             features.Select({7, 8, 0, 1}), 1e-5, 1e-5));
  }
}

TEST(PoseFeaturesTest, TheBudgetIsThatOfAllFrames) {
  const c10::InferenceMode inference_mode;
  const int64_t bytes = Make({}).bytes();
  EXPECT_TRUE(Make({.pose_feature_bytes = bytes}).kept());
  EXPECT_FALSE(Make({.pose_feature_bytes = bytes - 1}).kept());
}

TEST(PoseFeaturesTest, CancelsWhileItReads) {
  CancellationToken token;
  token.Cancel(absl::CancelledError("stop"));
  for (const int64_t budget : {int64_t{0}, int64_t{1} << 30}) {
    EXPECT_EQ(PoseFeatures::Create(NanoModels(), NanoPoses(), 80, 72,
                                   {.pose_feature_bytes = budget}, token)
                  .status(),
              absl::CancelledError("stop"));
  }
}

}  // namespace
}  // namespace animate
