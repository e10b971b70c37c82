#include "engine/raster/pillow_resize.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

int ToInt(const std::string& text) {
  int value = 0;
  EXPECT_TRUE(absl::SimpleAtoi(text, &value)) << text;
  return value;
}

TEST(PillowResizeTest, EqualsPillowByteByByte) {
  const std::map<std::string, ResampleFilter> filters = {
      {"box", ResampleFilter::kBox},
      {"bilinear", ResampleFilter::kBilinear},
      {"bicubic", ResampleFilter::kBicubic},
      {"lanczos", ResampleFilter::kLanczos}};
  for (const std::vector<std::string>& row :
       ReadMediaTable("pillow_resize.txt")) {
    ASSERT_EQ(row.size(), 6U);
    const RgbImage image = NoiseImage(ToInt(row[0]), ToInt(row[1]));
    const RgbImage resized =
        PillowResize(image, ToInt(row[2]), ToInt(row[3]), filters.at(row[4]));
    EXPECT_EQ(absl::StrCat(absl::Hex(Crc32(resized), absl::kZeroPad8)), row[5])
        << row[0] << "x" << row[1] << " to " << row[2] << "x" << row[3] << ", "
        << row[4];
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

}  // namespace
}  // namespace animate
