#include "engine/pipeline/frame_decoder.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "engine/pipeline/image_tensor.h"
#include "tests/support/golden.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

using ::testing::ElementsAre;

at::Tensor GoldenLatents() {
  return Golden::Open("nano")->In("vae_decode", "in.latents");
}

TEST(DecodeFrameTest, MatchesTheReference) {
  const std::unique_ptr<Golden> golden = Golden::Open("nano");
  if (golden == nullptr) GTEST_SKIP() << "no golden data";
  const at::Tensor latents = golden->In("vae_decode", "in.latents");
  std::vector<at::Tensor> frames;
  for (int64_t i = 0; i < latents.size(0); ++i) {
    frames.push_back(DecodeFrame(NanoModels().vae, latents.narrow(0, i, 1)));
  }
  EXPECT_TRUE(Matches(at::stack(frames), golden->Out("vae_decode", "frames")));
}

TEST(DecodeFramesTest, HandsOverEachFrameInOrder) {
  const at::Tensor latents = GoldenLatents();
  const at::Tensor clip =
      latents.transpose(0, 1).unsqueeze(0);  // [1, 4, F, h, w]
  std::vector<int> indices;
  std::vector<RgbImage> frames;
  ASSERT_TRUE(DecodeFrames(NanoModels().vae, clip, {}, CancellationToken(),
                           [&](int index, RgbImage frame) {
                             indices.push_back(index);
                             frames.push_back(std::move(frame));
                           })
                  .ok());
  EXPECT_THAT(indices, ElementsAre(0, 1));
  for (int64_t i = 0; i < 2; ++i) {
    EXPECT_EQ(frames[static_cast<size_t>(i)],
              FrameImage(DecodeFrame(NanoModels().vae, latents.narrow(0, i, 1)),
                         FrameRounding::kTruncate));
  }
}

TEST(DecodeFramesTest, BatchesHandOverTheSameFrames) {
  const at::Tensor two = GoldenLatents();
  const at::Tensor clip =
      at::cat({two, two.flip(0), two}).transpose(0, 1).unsqueeze(0);
  const auto decode = [&](int batch) {
    std::vector<std::pair<int, RgbImage>> frames;
    EXPECT_TRUE(DecodeFrames(NanoModels().vae, clip,
                             {.decode_batch_frames = batch},
                             CancellationToken(),
                             [&](int index, RgbImage frame) {
                               frames.emplace_back(index, std::move(frame));
                             })
                    .ok());
    return frames;
  };
  const auto one_by_one = decode(1);
  const auto together = decode(4);  // 4, then the 2 that are left
  ASSERT_EQ(together.size(), 6u);
  for (size_t i = 0; i < together.size(); ++i) {
    EXPECT_EQ(together[i].first, static_cast<int>(i));
    // Truncation turns a rounding difference into at most one level.
    const std::vector<uint8_t>& a = one_by_one[i].second.pixels;
    const std::vector<uint8_t>& b = together[i].second.pixels;
    ASSERT_EQ(a.size(), b.size());
    for (size_t j = 0; j < a.size(); ++j) ASSERT_NEAR(a[j], b[j], 1);
  }
  EXPECT_EQ(decode(0), one_by_one);
}

TEST(DecodeFramesTest, PollsTheTokenOncePerBatch) {
  const at::Tensor two = GoldenLatents();
  const at::Tensor clip = at::cat({two, two}).transpose(0, 1).unsqueeze(0);
  CancellationToken token;
  int frames = 0;
  EXPECT_EQ(
      DecodeFrames(NanoModels().vae, clip, {.decode_batch_frames = 3}, token,
                   [&](int, RgbImage) {
                     ++frames;
                     token.Cancel(absl::CancelledError("stop"));
                   }),
      absl::CancelledError("stop"));
  EXPECT_EQ(frames, 3);
}

TEST(DecodeFramesTest, StopsBeforeTheNextFrameWhenCancelled) {
  const at::Tensor clip = GoldenLatents().transpose(0, 1).unsqueeze(0);
  CancellationToken token;
  int frames = 0;
  const absl::Status status =
      DecodeFrames(NanoModels().vae, clip, {}, token, [&](int, RgbImage) {
        ++frames;
        token.Cancel(absl::CancelledError("stop"));
      });
  EXPECT_EQ(status, absl::CancelledError("stop"));
  EXPECT_EQ(frames, 1);
}

TEST(DecodeFramesTest, NeedsAClip) {
  EXPECT_THROW(DecodeFrames(NanoModels().vae, GoldenLatents(), {},
                            CancellationToken(), [](int, RgbImage) {})
                   .IgnoreError(),
               c10::Error);
}

}  // namespace
}  // namespace animate
