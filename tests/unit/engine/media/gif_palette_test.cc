#include "engine/media/gif_palette.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/test_pictures.h"

namespace animate {
namespace {

RgbImage Reconstruct(const GifPalette& palette, const RgbImage& image) {
  RgbImage result(image.width, image.height);
  const std::vector<uint8_t> indices = palette.Map(image);
  for (size_t i = 0; i < indices.size(); ++i) {
    const GifPalette::Color& color = palette.colors()[indices[i]];
    std::copy(color.begin(), color.end(), &result.pixels[i * 3]);
  }
  return result;
}

TEST(GifPaletteTest, FewColoursAreKeptExactly) {
  RgbImage image(16, 16);
  for (int x = 0; x < 16; ++x) {
    image.at(x, 3)[0] = 255;
    image.at(x, 7)[1] = 153;
    image.at(x, 9)[2] = 85;
  }
  const GifPalette palette({image});
  EXPECT_EQ(palette.colors().size(), 4U);
  EXPECT_EQ(Reconstruct(palette, image), image);
}

TEST(GifPaletteTest, FlatAreasAreNotTintedByManySimilarColours) {
  // Mostly black, with a smear of very dark reds.
  RgbImage image(256, 64);
  for (int x = 0; x < 256; ++x) {
    for (int y = 0; y < 8; ++y) {
      image.at(x, y)[0] = static_cast<uint8_t>(x);
      image.at(x, y)[1] = static_cast<uint8_t>(8 * y);
    }
  }
  const RgbImage mapped = Reconstruct(GifPalette({image}), image);
  for (int x = 0; x < 256; ++x) {
    const uint8_t* pixel = mapped.at(x, 40);
    ASSERT_LE(pixel[0] + pixel[1] + pixel[2], 1) << x;
  }
}

TEST(GifPaletteTest, ManyColoursAreApproximatedBy256) {
  const RgbImage image = NoiseImage(64, 64);
  const GifPalette palette({image});
  EXPECT_EQ(palette.colors().size(), 256U);
  EXPECT_LT(MeanDifference(Reconstruct(palette, image), image), 16.0);
}

TEST(GifPaletteTest, AllFramesShareThePalette) {
  RgbImage red(4, 4);
  RgbImage blue(4, 4);
  for (int i = 0; i < 16; ++i) {
    red.at(i % 4, i / 4)[0] = 200;
    blue.at(i % 4, i / 4)[2] = 200;
  }
  const std::vector<RgbImage> frames = {red, blue};
  const GifPalette palette(frames);
  EXPECT_EQ(Reconstruct(palette, red), red);
  EXPECT_EQ(Reconstruct(palette, blue), blue);
}

TEST(GifPaletteTest, DitheringKeepsTheMeanOfGradients) {
  RgbImage image(256, 8);
  for (int x = 0; x < 256; ++x) {
    for (int y = 0; y < 8; ++y) {
      for (int channel = 0; channel < 3; ++channel) {
        image.at(x, y)[channel] = static_cast<uint8_t>(x);
      }
    }
  }
  const RgbImage mapped = Reconstruct(GifPalette({image}), image);
  for (int left = 16; left < 240; left += 16) {
    double difference = 0.0;
    for (int x = left; x < left + 16; ++x) {
      for (int y = 0; y < 8; ++y) {
        difference += mapped.at(x, y)[0] - image.at(x, y)[0];
      }
    }
    EXPECT_NEAR(difference / (16 * 8), 0.0, 3.0) << "at " << left;
  }
}

TEST(GifPaletteTest, NoFramesMeanOneColour) {
  EXPECT_EQ(GifPalette({}).colors().size(), 1U);
}

}  // namespace
}  // namespace animate
