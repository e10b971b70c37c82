#include "engine/raster/pillow_resize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

int ToInt(const std::string& text) {
  int value = 0;
  EXPECT_TRUE(absl::SimpleAtoi(text, &value)) << text;
  return value;
}

const std::map<std::string, ResampleFilter>& Filters() {
  static const auto& filters = *new std::map<std::string, ResampleFilter>{
      {"box", ResampleFilter::kBox},
      {"bilinear", ResampleFilter::kBilinear},
      {"bicubic", ResampleFilter::kBicubic},
      {"lanczos", ResampleFilter::kLanczos}};
  return filters;
}

double ToDouble(const std::string& text) {
  double value = 0.0;
  EXPECT_TRUE(absl::SimpleAtod(text, &value)) << text;
  return value;
}

TEST(PillowResizeTest, EqualsPillowByteByByte) {
  for (const std::vector<std::string>& row :
       ReadMediaTable("pillow_resize.txt")) {
    ASSERT_EQ(row.size(), 6U);
    const RgbImage image = NoiseImage(ToInt(row[0]), ToInt(row[1]));
    const RgbImage resized =
        PillowResize(image, ToInt(row[2]), ToInt(row[3]), Filters().at(row[4]));
    EXPECT_EQ(absl::StrCat(absl::Hex(Crc32(resized), absl::kZeroPad8)), row[5])
        << row[0] << "x" << row[1] << " to " << row[2] << "x" << row[3] << ", "
        << row[4];
  }
}

TEST(PillowResizeTest, BoxesEqualPillowByteByByte) {
  for (const std::vector<std::string>& row :
       ReadMediaTable("pillow_resize_box.txt")) {
    ASSERT_EQ(row.size(), 10U);
    const ResizeBox box{ToDouble(row[4]), ToDouble(row[5]), ToDouble(row[6]),
                        ToDouble(row[7])};
    const RgbImage resized =
        PillowResize(NoiseImage(ToInt(row[0]), ToInt(row[1])), box,
                     ToInt(row[2]), ToInt(row[3]), Filters().at(row[8]));
    EXPECT_EQ(absl::StrCat(absl::Hex(Crc32(resized), absl::kZeroPad8)), row[9])
        << absl::StrJoin(row, " ");
  }
}

TEST(PillowResizeTest, EqualSizeReturnsTheSamePixels) {
  const RgbImage image = NoiseImage(9, 5);
  EXPECT_EQ(PillowResize(image, 9, 5, ResampleFilter::kLanczos), image);
}

TEST(PillowResizeTest, ConstantPicturesStayConstant) {
  RgbImage image(40, 30);
  for (uint8_t& value : image.pixels) value = 201;
  for (const ResampleFilter filter :
       {ResampleFilter::kBox, ResampleFilter::kBilinear,
        ResampleFilter::kBicubic, ResampleFilter::kLanczos}) {
    const RgbImage resized = PillowResize(image, 13, 77, filter);
    ASSERT_EQ(resized.width, 13);
    ASSERT_EQ(resized.height, 77);
    for (const uint8_t value : resized.pixels) ASSERT_EQ(value, 201);
  }
}

TEST(PillowResizeTest, MostlyBlackPicturesComeOutTheSameEitherWay) {
  const RgbImage noise = NoiseImage(64, 90);
  RgbImage image(64, 90);
  // Something in each corner, a lone pixel, and rows without anything.
  for (int y = 0; y < 90; ++y) {
    for (int x = 0; x < 64; ++x) {
      const bool corner = (x < 9 || x > 58) && (y < 20 || y > 80);
      if (corner || (x == 33 && y == 41)) {
        std::copy(noise.at(x, y), noise.at(x, y) + 3, image.at(x, y));
      }
    }
  }
  for (const auto& picture : {image, noise, RgbImage(64, 90)}) {
    for (const ResampleFilter filter :
         {ResampleFilter::kBox, ResampleFilter::kBilinear,
          ResampleFilter::kBicubic, ResampleFilter::kLanczos}) {
      for (const int width : {11, 64, 100}) {
        for (const int height : {17, 90, 91}) {
          EXPECT_EQ(PillowResizeMostlyBlack(picture, width, height, filter),
                    PillowResize(picture, width, height, filter))
              << width << "x" << height;
        }
      }
    }
  }
}

}  // namespace
}  // namespace animate
