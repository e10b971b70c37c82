#include "engine/pipeline/image_tensor.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/support/golden.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

using ::testing::ElementsAre;

RgbImage OnePixel(uint8_t red, uint8_t green, uint8_t blue) {
  RgbImage image(1, 1);
  image.pixels = {red, green, blue};
  return image;
}

TEST(ImageTensorTest, EqualsTheReferenceBitByBit) {
  const std::unique_ptr<Golden> golden = Golden::Open("nano");
  if (golden == nullptr) GTEST_SKIP() << "no golden data";
  const RgbImage reference = NanoReference();
  EXPECT_TRUE(at::equal(ClipPixelValues(reference, 224),
                        golden->In("clip", "in.pixel_values")));
  EXPECT_TRUE(at::equal(VaeInput(reference, 80, 72),
                        golden->In("preprocess", "ref.vae_input")));
  const std::vector<RgbImage> poses = NanoPoses();
  const at::Tensor pose = golden->In("preprocess", "pose.pose_guider_input");
  for (int64_t i = 0; i < pose.size(2); ++i) {
    EXPECT_TRUE(
        at::equal(PoseGuiderInput(poses[static_cast<size_t>(i)], 80, 72),
                  pose.select(2, i)));
  }
}

TEST(PixelTensorTest, IsRowsOfColumnsOfChannels) {
  RgbImage image(2, 3);
  image.at(1, 2)[0] = 7;
  const at::Tensor pixels = PixelTensor(image);
  EXPECT_EQ(pixels.sizes(), at::IntArrayRef({3, 2, 3}));
  EXPECT_EQ(pixels[2][1][0].item<int>(), 7);
}

TEST(VaeInputTest, SpansMinusOneToOne) {
  const at::Tensor input = VaeInput(OnePixel(0, 255, 51), 8, 8);
  EXPECT_EQ(input.sizes(), at::IntArrayRef({1, 3, 8, 8}));
  EXPECT_EQ(input[0][0].max().item<float>(), -1.0f);
  EXPECT_EQ(input[0][1].min().item<float>(), 1.0f);
  EXPECT_FLOAT_EQ(input[0][2][3][3].item<float>(), -0.6f);
}

TEST(PoseGuiderInputTest, SpansZeroToOne) {
  const at::Tensor input = PoseGuiderInput(OnePixel(0, 255, 51), 8, 16);
  EXPECT_EQ(input.sizes(), at::IntArrayRef({1, 3, 16, 8}));
  EXPECT_EQ(input[0][0].max().item<float>(), 0.0f);
  EXPECT_EQ(input[0][1].min().item<float>(), 1.0f);
  EXPECT_FLOAT_EQ(input[0][2][3][3].item<float>(), 0.2f);
}

TEST(ClipPixelValuesTest, NormalisesEachChannel) {
  const at::Tensor input = ClipPixelValues(OnePixel(0, 255, 51), 14);
  EXPECT_EQ(input.sizes(), at::IntArrayRef({1, 3, 14, 14}));
  EXPECT_NEAR(input[0][0][0][0].item<float>(), -0.48145466 / 0.26862954, 1e-6);
  EXPECT_NEAR(input[0][1][0][0].item<float>(), (1.0 - 0.4578275) / 0.26130258,
              1e-6);
  EXPECT_NEAR(input[0][2][0][0].item<float>(), (0.2 - 0.40821073) / 0.27577711,
              1e-6);
}

TEST(FrameImageTest, TruncatesOrRounds) {
  const at::Tensor frame = at::full({3, 1, 1}, 100.7 / 255.0);
  EXPECT_THAT(FrameImage(frame, FrameRounding::kTruncate).pixels,
              ElementsAre(100, 100, 100));
  EXPECT_THAT(FrameImage(frame, FrameRounding::kNearest).pixels,
              ElementsAre(101, 101, 101));
}

TEST(FrameImageTest, ClampsAndInterleaves) {
  const at::Tensor frame =
      at::stack({at::full({2, 3}, -0.5f), at::full({2, 3}, 1.5f),
                 at::full({2, 3}, 1.0f)});
  const RgbImage image = FrameImage(frame, FrameRounding::kTruncate);
  EXPECT_EQ(image.width, 3);
  EXPECT_EQ(image.height, 2);
  EXPECT_THAT(std::vector<uint8_t>(image.at(2, 1), image.at(2, 1) + 3),
              ElementsAre(0, 255, 255));
}

TEST(FrameImageTest, UndoesPoseGuiderInput) {
  const RgbImage image = NanoReference();
  const at::Tensor tensor =
      PoseGuiderInput(image, image.width, image.height).squeeze(0);
  EXPECT_EQ(FrameImage(tensor, FrameRounding::kNearest), image);
}

}  // namespace
}  // namespace animate
