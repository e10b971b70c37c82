#include "engine/training/vae_sheet.h"

#include <gtest/gtest.h>

#include "engine/training/vae_growth.h"
#include "tests/unit/engine/training/vae_testing.h"

namespace animate {
namespace {

RgbImage Filled(int width, int height, uint8_t value) {
  RgbImage picture(width, height);
  for (uint8_t& byte : picture.pixels) byte = value;
  return picture;
}

TEST(PictureGridTest, LaysPicturesInRowsOnWhite) {
  const RgbImage sheet = PictureGrid(
      {{Filled(10, 20, 1), Filled(10, 20, 2)}, {Filled(10, 20, 3)}});
  EXPECT_EQ(sheet.width, 24);
  EXPECT_EQ(sheet.height, 44);
  EXPECT_EQ(*sheet.at(0, 0), 1);
  EXPECT_EQ(*sheet.at(14, 19), 2);
  EXPECT_EQ(*sheet.at(9, 43), 3);
  EXPECT_EQ(*sheet.at(11, 0), 255);
  EXPECT_EQ(*sheet.at(14, 24), 255);
}

TEST(PictureGridTest, OfNothingIsEmpty) {
  EXPECT_TRUE(PictureGrid({}).empty());
  EXPECT_TRUE(PictureGrid({{}, {}}).empty());
}

TEST(ReconstructTest, GivesAPictureOfTheSameSizeBack) {
  const VaeModel model = NewVae(TinyVae(), -6, 1);
  Parameters parameters(model.weights);
  const AutoencoderKL vae(Scope(parameters), model.config);
  const RgbImage back = Reconstruct(vae, BoxPicture(32, 48, 1), c10::kCPU);
  EXPECT_EQ(back.width, 32);
  EXPECT_EQ(back.height, 48);
}

}  // namespace
}  // namespace animate
