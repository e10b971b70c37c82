#include "engine/pipeline/conditioning.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/golden.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

TEST(ConditioningTest, MatchesTheReferenceFromItsPictures) {
  const std::unique_ptr<Golden> golden = Golden::Open("nano");
  if (golden == nullptr) GTEST_SKIP() << "no golden data";
  const std::string file = "pipeline_windows";
  const ModelBundle& models = NanoModels();
  EXPECT_TRUE(Matches(EncodeImageEmbeds(models, NanoReference()),
                      golden->Out(file, "image_embeds")));
  EXPECT_TRUE(Matches(EncodeReferenceLatents(models, NanoReference(), 80, 72),
                      golden->Out(file, "ref_image_latents")));
  EXPECT_TRUE(Matches(
      EncodePoses(models, NanoPoses(), 80, 72, {}, CancellationToken()).value(),
      golden->Out(file, "pose_fea")));
}

TEST(EncodeReferenceFeaturesTest, IsTheConditionalRowRoundedToHalf) {
  const std::unique_ptr<Golden> golden = Golden::Open("nano");
  if (golden == nullptr) GTEST_SKIP() << "no golden data";
  const ModelBundle& models = NanoModels();
  const at::Tensor latents =
      golden->In("reference_unet", "in.latents").narrow(0, 1, 1);
  const at::Tensor embeds =
      golden->In("reference_unet", "in.context").select(0, 1);
  const ReferenceFeatures exact = EncodeReferenceFeatures(
      models, latents, embeds, {.round_reference_to_half = false});
  const ReferenceFeatures rounded =
      EncodeReferenceFeatures(models, latents, embeds, {});
  ASSERT_FALSE(exact.empty());
  bool any_rounded = false;
  for (const ReferenceFeatures::Block& block : exact.blocks) {
    GoldenTensor bank = golden->Out("reference_unet", "bank." + block.name);
    bank.value = bank.value.narrow(0, 1, 1);
    EXPECT_TRUE(Matches(block.tokens, bank)) << block.name;
    const at::Tensor half = rounded.Find(block.name).to(at::kFloat);
    EXPECT_TRUE(at::equal(half, block.tokens.to(at::kHalf).to(at::kFloat)));
    any_rounded |= !at::equal(half, block.tokens);
  }
  EXPECT_TRUE(any_rounded);
}

TEST(EncodePosesTest, BatchesDoNotShow) {
  const CancellationToken token;
  const at::Tensor at_once = EncodePoses(NanoModels(), NanoPoses(), 80, 72,
                                         {.pose_batch_frames = 9}, token)
                                 .value();
  for (const int batch : {1, 4, 0}) {
    EXPECT_TRUE(at::allclose(EncodePoses(NanoModels(), NanoPoses(), 80, 72,
                                         {.pose_batch_frames = batch}, token)
                                 .value(),
                             at_once, 1e-5, 1e-6))
        << batch;
  }
}

TEST(EncodePosesTest, StopsWhenCancelled) {
  CancellationToken token;
  token.Cancel(absl::CancelledError("stop"));
  EXPECT_EQ(EncodePoses(NanoModels(), NanoPoses(), 80, 72, {}, token).status(),
            absl::CancelledError("stop"));
}

TEST(EncoderHiddenStatesTest, GuidedHasARowOfZerosFirst) {
  const at::Tensor embeds = at::ones({1, 5});
  const at::Tensor guided = EncoderHiddenStates(embeds, true);
  ASSERT_EQ(guided.sizes(), at::IntArrayRef({2, 1, 5}));
  EXPECT_EQ(guided[0].abs().max().item<double>(), 0.0);
  EXPECT_TRUE(at::equal(guided[1], embeds));
  const at::Tensor alone = EncoderHiddenStates(embeds, false);
  ASSERT_EQ(alone.sizes(), at::IntArrayRef({1, 1, 5}));
  EXPECT_TRUE(at::equal(alone[0], embeds));
}

}  // namespace
}  // namespace animate
