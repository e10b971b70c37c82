#include "engine/media/video_container.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

std::string Bytes(absl::string_view text) { return std::string(text); }

// An MP4 box with 4 bytes of content.
std::string Box(absl::string_view type) {
  return absl::StrCat(absl::string_view("\0\0\0\x0C", 4), type, "abcd");
}

TEST(VideoContainerTest, RecognisesContainersByTheirFirstBytes) {
  EXPECT_EQ(*DetectVideoContainer(Box("ftyp")), VideoContainer::kMp4);
  EXPECT_EQ(*DetectVideoContainer("\x1A\x45\xDF\xA3 and so on"),
            VideoContainer::kMatroska);
  EXPECT_EQ(*DetectVideoContainer("RIFF1234AVI LIST"), VideoContainer::kAvi);
  EXPECT_EQ(*DetectVideoContainer("GIF89a"), VideoContainer::kGif);
}

TEST(VideoContainerTest, RefusesOtherFilesAndShowsTheirFirstBytes) {
  EXPECT_FALSE(DetectVideoContainer("").ok());
  EXPECT_FALSE(DetectVideoContainer("x").ok());
  EXPECT_FALSE(DetectVideoContainer("RIFF1234WEBPVP8 ").ok());
  EXPECT_THAT(std::string(DetectVideoContainer("hello").status().message()),
              HasSubstr("68656c6c6f"));
}

TEST(VideoContainerTest, Mp4NeedsWholeBoxesAndAnIndex) {
  const auto check = [](const std::string& bytes) {
    return CheckVideoIsComplete(bytes, VideoContainer::kMp4);
  };
  EXPECT_TRUE(check(Box("ftyp") + Box("moov") + Box("mdat")).ok());
  EXPECT_TRUE(check(Box("ftyp") + Box("mdat") + Box("moov")).ok());
  EXPECT_FALSE(check(Box("ftyp") + Box("mdat")).ok());
  EXPECT_FALSE(
      check(Box("ftyp") + Box("moov") + Box("mdat").substr(0, 11)).ok());
  EXPECT_FALSE(
      check(Box("ftyp") + Box("moov") + Box("mdat").substr(0, 5)).ok());
}

TEST(VideoContainerTest, Mp4BoxesMayBeLongOrOpenEnded) {
  const std::string long_box =
      Bytes(absl::string_view("\0\0\0\x01mdat\0\0\0\0\0\0\0\x12zz", 18));
  const std::string open_box =
      Bytes(absl::string_view("\0\0\0\0mdatabcdefg", 15));
  const auto check = [](const std::string& bytes) {
    return CheckVideoIsComplete(bytes, VideoContainer::kMp4);
  };
  EXPECT_TRUE(check(Box("moov") + long_box).ok());
  EXPECT_FALSE(check(Box("moov") + long_box.substr(0, 17)).ok());
  EXPECT_TRUE(check(Box("moov") + open_box).ok());
  // Sizes smaller than their own header must not hold the walk.
  EXPECT_FALSE(
      check(Box("moov") + Bytes(absl::string_view("\0\0\0\x04mdat", 8))).ok());
}

TEST(VideoContainerTest, MatroskaNeedsItsWholeSegment) {
  const std::string ebml = "\x1A\x45\xDF\xA3\x82zz";
  const std::string segment =
      "\x18\x53\x80\x67\x84"
      "data";
  const auto check = [](const std::string& bytes) {
    return CheckVideoIsComplete(bytes, VideoContainer::kMatroska);
  };
  EXPECT_TRUE(check(ebml + segment).ok());
  EXPECT_TRUE(check(ebml + "\x18\x53\x80\x67\xFF"
                           "live")
                  .ok());
  EXPECT_FALSE(check(ebml).ok());
  const std::string whole = ebml + segment;
  for (size_t size = 4; size < whole.size(); ++size) {
    EXPECT_FALSE(check(whole.substr(0, size)).ok()) << size;
  }
}

TEST(VideoContainerTest, AviAndGifSayWhereTheyEnd) {
  const std::string avi =
      Bytes(absl::string_view("RIFF\x08\0\0\0AVI LIST", 16));
  EXPECT_TRUE(CheckVideoIsComplete(avi, VideoContainer::kAvi).ok());
  EXPECT_FALSE(
      CheckVideoIsComplete(avi.substr(0, 15), VideoContainer::kAvi).ok());
  EXPECT_TRUE(CheckVideoIsComplete("GIF89a...;", VideoContainer::kGif).ok());
  EXPECT_FALSE(CheckVideoIsComplete("GIF89a...", VideoContainer::kGif).ok());
}

}  // namespace
}  // namespace animate
