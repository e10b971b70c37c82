#include "engine/media/image_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/test_pictures.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

void ExpectHeader(const std::string& file, ImageFormat format) {
  const absl::StatusOr<ImageHeader> header =
      ReadImageHeader(ReadMediaGolden(file));
  ASSERT_TRUE(header.ok()) << file << ": " << header.status();
  EXPECT_EQ(header->format, format) << file;
  EXPECT_EQ(header->width, 37) << file;
  EXPECT_EQ(header->height, 23) << file;
}

TEST(ImageHeaderTest, ReadsFormatAndSizeOfEveryKindOfFile) {
  ExpectHeader("rgb.png", ImageFormat::kPng);
  ExpectHeader("palette.png", ImageFormat::kPng);
  ExpectHeader("baseline.jpg", ImageFormat::kJpeg);
  ExpectHeader("progressive.jpg", ImageFormat::kJpeg);
  ExpectHeader("rotated.jpg", ImageFormat::kJpeg);
  ExpectHeader("lossy.webp", ImageFormat::kWebp);
  ExpectHeader("lossless.webp", ImageFormat::kWebp);
  ExpectHeader("lossy_alpha.webp", ImageFormat::kWebp);
}

TEST(ImageHeaderTest, RefusesWhatIsNoPicture) {
  EXPECT_THAT(ReadImageHeader("").status().message(), HasSubstr("empty"));
  EXPECT_THAT(ReadImageHeader("GIF89a, say").status().message(),
              HasSubstr("474946383961"));
  EXPECT_FALSE(ReadImageHeader("RIFF\x10\0\0\0WAVEfmt ").ok());
}

TEST(ImageHeaderTest, RefusesSizesOfZero) {
  std::string png = ReadMediaGolden("rgb.png");
  png.replace(16, 4, 4, '\0');
  EXPECT_FALSE(ReadImageHeader(png).ok());
  std::string jpeg = ReadMediaGolden("baseline.jpg");
  const size_t frame = jpeg.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 2, 2, '\0');
  EXPECT_FALSE(ReadImageHeader(jpeg).ok());
}

TEST(ImageHeaderTest, RefusesAnimatedWebp) {
  EXPECT_THAT(
      ReadImageHeader(ReadMediaGolden("animated.webp")).status().message(),
      HasSubstr("animated"));
}

TEST(ImageHeaderTest, EveryShortenedFileIsIncomplete) {
  for (const std::string name :
       {"rgb.png", "baseline.jpg", "progressive.jpg", "rotated.jpg",
        "lossy.webp", "lossless.webp", "lossy_alpha.webp"}) {
    const std::string bytes = ReadMediaGolden(name);
    const absl::StatusOr<ImageHeader> header = ReadImageHeader(bytes);
    ASSERT_TRUE(header.ok()) << name;
    EXPECT_TRUE(CheckImageIsComplete(bytes, header->format).ok()) << name;
    for (size_t size = 0; size < bytes.size(); ++size) {
      const std::string cut = bytes.substr(0, size);
      if (!ReadImageHeader(cut).ok()) continue;
      EXPECT_FALSE(CheckImageIsComplete(cut, header->format).ok())
          << name << " cut to " << size << " of " << bytes.size();
    }
  }
}

TEST(ImageHeaderTest, BytesBehindTheEndAreIgnored) {
  for (const std::string name : {"rgb.png", "baseline.jpg"}) {
    const std::string bytes = ReadMediaGolden(name) + "trailing bytes";
    const absl::StatusOr<ImageHeader> header = ReadImageHeader(bytes);
    ASSERT_TRUE(header.ok()) << name;
    EXPECT_TRUE(CheckImageIsComplete(bytes, header->format).ok()) << name;
  }
}

TEST(ImageHeaderTest, StrippedPngsHaveOnlyCriticalChunks) {
  const std::string png = ReadMediaGolden("palette_transparent.png");
  ASSERT_NE(png.find("tRNS"), std::string::npos);
  const std::string stripped = StripAncillaryPngChunks(png);
  EXPECT_EQ(stripped.find("tRNS"), std::string::npos);
  EXPECT_NE(stripped.find("PLTE"), std::string::npos);
  EXPECT_TRUE(CheckImageIsComplete(stripped, ImageFormat::kPng).ok());
  const std::string plain = ReadMediaGolden("rgb.png");
  EXPECT_EQ(StripAncillaryPngChunks(plain + "trailing bytes"), plain);
}

TEST(ImageHeaderTest, RefusesJpegsWithTooManyScans) {
  const std::string jpeg = ReadMediaGolden("baseline.jpg");
  const size_t scan = jpeg.find("\xFF\xDA");
  ASSERT_NE(scan, std::string::npos);
  const std::string one_scan = jpeg.substr(scan, jpeg.size() - scan - 2);
  std::string many = jpeg.substr(0, scan);
  for (int i = 0; i < 100; ++i) many += one_scan;
  many += jpeg.substr(jpeg.size() - 2);
  EXPECT_THAT(
      std::string(CheckImageIsComplete(many, ImageFormat::kJpeg).message()),
      HasSubstr("scans"));
}

}  // namespace
}  // namespace animate
