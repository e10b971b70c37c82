#include "engine/media/image_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

// A PNG of the given chunks.
class PngBuilder {
 public:
  PngBuilder& Chunk(absl::string_view type, absl::string_view data) {
    const std::string body = absl::StrCat(type, data);
    absl::StrAppend(&bytes_, BigEndian(static_cast<uint32_t>(data.size())),
                    body, BigEndian(Crc32(body)));
    return *this;
  }

  PngBuilder& Header(uint32_t width, uint32_t height) {
    // 8 bits, RGB, no interlacing.
    return Chunk("IHDR", absl::StrCat(BigEndian(width), BigEndian(height),
                                      std::string("\x08\x02\0\0\0", 5)));
  }

  const std::string& bytes() const { return bytes_; }

 private:
  static std::string BigEndian(uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes += static_cast<char>(value >> shift & 0xFF);
    }
    return bytes;
  }

  std::string bytes_ = "\x89PNG\r\n\x1a\n";
};

// The data of the first IDAT chunk.
std::string ImageData(const std::string& png) {
  const size_t type = png.find("IDAT");
  const auto byte = [&](size_t offset) {
    return static_cast<size_t>(static_cast<uint8_t>(png[type - offset]));
  };
  const size_t size = byte(4) << 24 | byte(3) << 16 | byte(2) << 8 | byte(1);
  return png.substr(type + 4, size);
}

TEST(DecodeImageTest, EqualsPillowForEverySampleFormat) {
  for (const std::vector<std::string>& row : ReadMediaTable("decoded.txt")) {
    ASSERT_EQ(row.size(), 4U);
    const absl::StatusOr<RgbImage> image = DecodeImage(ReadMediaGolden(row[0]));
    ASSERT_TRUE(image.ok()) << row[0] << ": " << image.status();
    EXPECT_EQ(absl::StrCat(image->width, " ", image->height),
              absl::StrCat(row[1], " ", row[2]))
        << row[0];
    EXPECT_EQ(absl::StrCat(absl::Hex(Crc32(*image), absl::kZeroPad8)), row[3])
        << row[0];
  }
}

TEST(DecodeImageTest, KeepsTheHighByteOfSixteenBitGrey) {
  const absl::StatusOr<RgbImage> image =
      DecodeImage(ReadMediaGolden("grey16.png"));
  ASSERT_TRUE(image.ok()) << image.status();
  for (int i = 0; i < 37 * 23; ++i) {
    const int expected = (i * 77 % 65536) >> 8;
    ASSERT_EQ(image->at(i % 37, i / 37)[0], expected) << i;
    ASSERT_EQ(image->at(i % 37, i / 37)[2], expected) << i;
  }
}

TEST(DecodeImageTest, ErrorsCarryFieldReasonAndCode) {
  const absl::StatusOr<RgbImage> image = DecodeImage(
      "not a picture", {.field = "poses[3]", .reason = "BAD_POSE_IMAGE"});
  EXPECT_EQ(image.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorReason(image.status()), "BAD_POSE_IMAGE");
  const std::optional<ErrorDetails> details = GetErrorDetails(image.status());
  ASSERT_TRUE(details.has_value());
  ASSERT_EQ(details->field_violations.size(), 1U);
  EXPECT_EQ(details->field_violations[0].field, "poses[3]");
}

TEST(DecodeImageTest, RefusesEmptyInput) {
  EXPECT_EQ(GetErrorReason(DecodeImage("").status()), "BAD_REFERENCE_IMAGE");
}

TEST(DecodeImageTest, RefusesHugePicturesByTheirHeaderAlone) {
  const std::string png = PngBuilder().Header(50'000, 50'000).bytes();
  const absl::Status status = DecodeImage(png).status();
  EXPECT_EQ(GetErrorReason(status), "BAD_REFERENCE_IMAGE");
  EXPECT_THAT(std::string(status.message()), HasSubstr("50000x50000"));
}

TEST(DecodeImageTest, RefusesOnePixelMoreThanTheLimit) {
  const std::string png = ReadMediaGolden("rgb.png");
  EXPECT_TRUE(DecodeImage(png, {.max_pixels = 37 * 23}).ok());
  EXPECT_FALSE(DecodeImage(png, {.max_pixels = 37 * 23 - 1}).ok());
}

TEST(DecodeImageTest, RefusesLongThinPictures) {
  const std::string png = PngBuilder().Header(65'536, 1).bytes();
  EXPECT_THAT(std::string(DecodeImage(png).status().message()),
              HasSubstr("65536x1"));
}

TEST(DecodeImageTest, RefusesEveryShortenedFile) {
  for (const std::string name :
       {"rgba.png", "progressive.jpg", "baseline.jpg", "lossy.webp",
        "lossless.webp", "lossy_alpha.webp"}) {
    const std::string bytes = ReadMediaGolden(name);
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(GetErrorReason(DecodeImage(bytes.substr(0, size)).status()),
                "BAD_REFERENCE_IMAGE")
          << name << " cut to " << size << " of " << bytes.size();
    }
  }
}

TEST(DecodeImageTest, RefusesPngsWithMissingImageData) {
  const std::string data = ImageData(ReadMediaGolden("rgb.png"));
  const auto build = [](absl::string_view image_data) {
    return PngBuilder()
        .Header(37, 23)
        .Chunk("IDAT", image_data)
        .Chunk("IEND", "")
        .bytes();
  };
  EXPECT_TRUE(DecodeImage(build(data)).ok());
  EXPECT_FALSE(DecodeImage(build(data.substr(0, data.size() / 2))).ok());
  EXPECT_FALSE(DecodeImage(build("")).ok());
}

TEST(DecodeImageTest, RefusesDamagedChecksums) {
  std::string png = ReadMediaGolden("rgb.png");
  png[png.find("IDAT") + 10] ^= 0x55;
  EXPECT_FALSE(DecodeImage(png).ok());
}

TEST(DecodeImageTest, SurvivesEverySingleDamagedByte) {
  for (const std::string name :
       {"rgb.png", "baseline.jpg", "progressive.jpg", "lossless.webp"}) {
    const std::string bytes = ReadMediaGolden(name);
    for (size_t i = 0; i < bytes.size(); ++i) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(~damaged[i]);
      const absl::StatusOr<RgbImage> image =
          DecodeImage(damaged, {.max_pixels = 1 << 16});
      if (image.ok()) {
        EXPECT_EQ(image->pixels.size(),
                  static_cast<size_t>(image->width * image->height * 3));
      } else {
        EXPECT_EQ(GetErrorReason(image.status()), "BAD_REFERENCE_IMAGE");
      }
    }
  }
}

TEST(EncodeImageTest, PngIsLossless) {
  const RgbImage image = NoiseImage(33, 21);
  const absl::StatusOr<std::string> png =
      EncodeImage(image, {.format = EncodedImageFormat::kPng});
  ASSERT_TRUE(png.ok()) << png.status();
  const absl::StatusOr<RgbImage> decoded = DecodeImage(*png);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, image);
}

TEST(EncodeImageTest, RawIsThePixels) {
  const RgbImage image = NoiseImage(5, 4);
  const absl::StatusOr<std::string> raw =
      EncodeImage(image, {.format = EncodedImageFormat::kRawRgb8});
  ASSERT_TRUE(raw.ok());
  EXPECT_EQ(*raw, std::string(image.pixels.begin(), image.pixels.end()));
}

TEST(EncodeImageTest, LossyFormatsComeCloseAndQualityMatters) {
  const RgbImage image = MovingPicture(96, 64, 0);
  for (const EncodedImageFormat format :
       {EncodedImageFormat::kJpeg, EncodedImageFormat::kWebp}) {
    const auto good = EncodeImage(image, {.format = format, .quality = 95});
    const auto poor = EncodeImage(image, {.format = format, .quality = 5});
    ASSERT_TRUE(good.ok() && poor.ok());
    EXPECT_LT(poor->size(), good->size());
    const absl::StatusOr<RgbImage> decoded = DecodeImage(*good);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_LT(MeanDifference(*decoded, image), 6.0);
  }
}

TEST(EncodeImageTest, RefusesEmptyImagesAndQualitiesOutOfRange) {
  EXPECT_FALSE(EncodeImage(RgbImage()).ok());
  const RgbImage image = NoiseImage(4, 4);
  for (const int quality : {0, -1, 101}) {
    EXPECT_EQ(EncodeImage(image, {.format = EncodedImageFormat::kJpeg,
                                  .quality = quality})
                  .status()
                  .code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(EncodeImageTest, RefusesSidesTheFormatCannotHold) {
  const RgbImage image(16'400, 1);
  EXPECT_FALSE(EncodeImage(image, {.format = EncodedImageFormat::kWebp}).ok());
}

}  // namespace
}  // namespace animate
