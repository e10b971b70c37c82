#include "engine/media/contact_sheet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/support/test_pictures.h"

namespace animate {
namespace {

RgbImage Filled(int width, int height, uint8_t red, uint8_t green,
                uint8_t blue) {
  RgbImage image(width, height);
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    image.pixels[i] = red;
    image.pixels[i + 1] = green;
    image.pixels[i + 2] = blue;
  }
  return image;
}

int64_t CountPixels(const RgbImage& image, uint8_t red, uint8_t green,
                    uint8_t blue) {
  int64_t count = 0;
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    count += image.pixels[i] == red && image.pixels[i + 1] == green &&
             image.pixels[i + 2] == blue;
  }
  return count;
}

TEST(SampleEvenlyTest, SpreadsFromTheFirstToTheLast) {
  EXPECT_EQ(SampleEvenly(3, 8), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(SampleEvenly(24, 4), (std::vector<int>{0, 8, 15, 23}));
  EXPECT_EQ(SampleEvenly(24, 1), (std::vector<int>{0}));
  EXPECT_TRUE(SampleEvenly(0, 4).empty());
}

TEST(ContactSheetTest, ShowsReferencePosesAndFrames) {
  const std::vector<RgbImage> poses(5, Filled(32, 48, 0, 255, 0));
  const std::vector<RgbImage> frames(5, Filled(32, 48, 0, 0, 255));
  const absl::StatusOr<RgbImage> sheet =
      MakeContactSheet(Filled(20, 20, 255, 0, 0), poses, frames,
                       {.max_columns = 3, .cell_height = 96});
  ASSERT_TRUE(sheet.ok()) << sheet.status();
  EXPECT_EQ(CountPixels(*sheet, 0, 255, 0), 3 * 64 * 96);
  EXPECT_EQ(CountPixels(*sheet, 0, 0, 255), 3 * 64 * 96);
  // As high as both rows and the gap between them.
  EXPECT_EQ(CountPixels(*sheet, 255, 0, 0), 198 * 198);
}

TEST(ContactSheetTest, ShowsTheSampledFrames) {
  std::vector<RgbImage> frames;
  for (int i = 0; i < 9; ++i) {
    frames.push_back(Filled(32, 32, 200, 0, static_cast<uint8_t>(100 + i)));
  }
  const std::vector<RgbImage> poses(9, RgbImage(32, 32));
  const absl::StatusOr<RgbImage> sheet = MakeContactSheet(
      RgbImage(8, 8), poses, frames, {.max_columns = 3, .cell_height = 32});
  ASSERT_TRUE(sheet.ok()) << sheet.status();
  for (int i = 0; i < 9; ++i) {
    const bool sampled = i == 0 || i == 4 || i == 8;
    EXPECT_EQ(CountPixels(*sheet, 200, 0, static_cast<uint8_t>(100 + i)) > 0,
              sampled)
        << i;
  }
}

TEST(ContactSheetTest, WritesTheTitle) {
  const std::vector<RgbImage> pictures = {RgbImage(32, 32)};
  const auto plain = MakeContactSheet(pictures[0], pictures, pictures, {});
  const auto titled = MakeContactSheet(pictures[0], pictures, pictures,
                                       {.title = "256x384, seed 42"});
  ASSERT_TRUE(plain.ok() && titled.ok());
  EXPECT_GT(titled->height, plain->height);
  const auto ink_above = [](const RgbImage& sheet) {
    return std::any_of(sheet.at(0, 24), sheet.at(0, 60),
                       [](uint8_t value) { return value < 100; });
  };
  EXPECT_TRUE(ink_above(*titled));
}

TEST(ContactSheetTest, RefusesMissingPicturesAndBadOptions) {
  const std::vector<RgbImage> two(2, RgbImage(8, 8));
  const std::vector<RgbImage> one(1, RgbImage(8, 8));
  EXPECT_FALSE(MakeContactSheet(one[0], one, two, {}).ok());
  EXPECT_FALSE(MakeContactSheet(RgbImage(), one, one, {}).ok());
  EXPECT_FALSE(MakeContactSheet(one[0], one, {}, {}).ok());
  EXPECT_FALSE(MakeContactSheet(one[0], one, one, {.max_columns = 0}).ok());
  EXPECT_FALSE(MakeContactSheet(one[0], one, one, {.cell_height = 4}).ok());
}

}  // namespace
}  // namespace animate
