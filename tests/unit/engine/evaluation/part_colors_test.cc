#include "engine/evaluation/part_colors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/unit/engine/evaluation/evaluation_goldens.h"

namespace animate {
namespace {

// Left half part 1, right half part 2, the top row background.
std::vector<uint8_t> Halves(int width, int height) {
  std::vector<uint8_t> parts;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      parts.push_back(y == 0 ? 0 : x < width / 2 ? 1 : 2);
    }
  }
  return parts;
}

void Paint(RgbImage& image, int from_x, int to_x, uint8_t red) {
  for (int y = 0; y < image.height; ++y) {
    for (int x = from_x; x < to_x; ++x) image.at(x, y)[0] = red;
  }
}

TEST(PartColorsTest, EqualPicturesScoreOne) {
  const RgbImage picture = EvaluationGoldens().Picture("grainy", "a");
  EXPECT_NEAR(*PartColorSimilarity(picture, picture,
                                   Halves(picture.width, picture.height)),
              1.0, 1e-12);
}

TEST(PartColorsTest, APartOfAnotherColourCountsForItsShareOfTheParts) {
  const RgbImage a = Plain(8, 8, 0);
  RgbImage b = a;
  Paint(b, 0, 4, 255);
  EXPECT_NEAR(*PartColorSimilarity(a, b, Halves(8, 8)), 0.5, 1e-12);
}

TEST(PartColorsTest, ColoursOfTheRightPartInTheWrongPlaceDoNotCount) {
  RgbImage a = Plain(8, 8, 0);
  RgbImage b = a;
  Paint(a, 0, 4, 255);
  Paint(b, 4, 8, 255);
  EXPECT_NEAR(*PartColorSimilarity(a, b, Halves(8, 8)), 0.0, 1e-12);
}

TEST(PartColorsTest, AlmostTheSameColourScoresAlmostOne) {
  const RgbImage a = Plain(8, 8, 120);
  const RgbImage b = Plain(8, 8, 121);
  const double similarity = *PartColorSimilarity(a, b, Halves(8, 8));
  EXPECT_GT(similarity, 0.9);
  EXPECT_LT(similarity, 1.0);
}

TEST(PartColorsTest, BackgroundAndTinyPartsDoNotCount) {
  const RgbImage a = Plain(8, 8, 0);
  const RgbImage b = Plain(8, 8, 255);
  EXPECT_FALSE(
      PartColorSimilarity(a, b, std::vector<uint8_t>(64, 0)).has_value());
  std::vector<uint8_t> tiny(64, 0);
  std::fill_n(tiny.begin(), 11, uint8_t{3});
  EXPECT_FALSE(PartColorSimilarity(a, b, tiny).has_value());
  EXPECT_TRUE(PartColorSimilarity(a, b, tiny, 11).has_value());
}

}  // namespace
}  // namespace animate
