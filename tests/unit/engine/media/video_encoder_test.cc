#include "engine/media/video_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "engine/media/video_decoder.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

// A folder of its own, empty at first.
std::string EmptyFolder(const std::string& name) {
  const std::string path = TempPath(name);
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

absl::Status Encode(const std::string& path, const VideoEncodeOptions& options,
                    int num_frames) {
  absl::StatusOr<std::unique_ptr<VideoEncoder>> encoder =
      VideoEncoder::Create(path, options);
  if (!encoder.ok()) return encoder.status();
  for (int i = 0; i < num_frames; ++i) {
    const absl::Status status =
        (*encoder)->Add(MovingPicture(options.width, options.height, i));
    if (!status.ok()) return status;
  }
  return (*encoder)->Finish();
}

TEST(VideoFormatFromPathTest, GoesByTheExtension) {
  EXPECT_EQ(*VideoFormatFromPath("a.mp4"), VideoFormat::kMp4);
  EXPECT_EQ(*VideoFormatFromPath("b/C.GIF"), VideoFormat::kGif);
  EXPECT_EQ(*VideoFormatFromPath("d.e.webp"), VideoFormat::kWebp);
  EXPECT_FALSE(VideoFormatFromPath("mp4").ok());
  EXPECT_FALSE(VideoFormatFromPath("a.avi").ok());
}

TEST(VideoEncoderTest, Mp4KeepsFramesAndFractionalRate) {
  const std::string path = TempPath("rate.mp4");
  ASSERT_TRUE(Encode(path, {.width = 64, .height = 64, .fps = 29.97}, 7).ok());
  const absl::StatusOr<DecodedVideo> video = DecodeVideo(ReadFile(path));
  ASSERT_TRUE(video.ok()) << video.status();
  EXPECT_EQ(video->info.num_frames, 7);
  EXPECT_NEAR(video->info.fps, 29.97, 1e-3);
}

TEST(VideoEncoderTest, Mp4BeginsWithItsIndexForStreaming) {
  const std::string path = TempPath("faststart.mp4");
  ASSERT_TRUE(Encode(path, {.width = 32, .height = 32}, 3).ok());
  const std::string bytes = ReadFile(path);
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
}

TEST(VideoEncoderTest, SmallerCrfMeansBetterQualityAndLargerFiles) {
  const std::string good = TempPath("crf10.mp4");
  const std::string poor = TempPath("crf45.mp4");
  ASSERT_TRUE(Encode(good, {.width = 64, .height = 64, .crf = 10}, 6).ok());
  ASSERT_TRUE(Encode(poor, {.width = 64, .height = 64, .crf = 45}, 6).ok());
  EXPECT_GT(ReadFile(good).size(), ReadFile(poor).size());
}

TEST(VideoEncoderTest, OddSidesArePaddedWithTheirLastRowAndColumn) {
  const std::string path = TempPath("odd.mp4");
  ASSERT_TRUE(Encode(path, {.width = 63, .height = 47, .crf = 5}, 2).ok());
  const absl::StatusOr<DecodedVideo> video = DecodeVideo(ReadFile(path));
  ASSERT_TRUE(video.ok()) << video.status();
  ASSERT_EQ(video->info.width, 64);
  ASSERT_EQ(video->info.height, 48);
  const RgbImage& frame = video->frames[0];
  EXPECT_NEAR(frame.at(63, 20)[1], frame.at(62, 20)[1], 8);
  EXPECT_NEAR(frame.at(20, 47)[0], frame.at(20, 46)[0], 8);
}

TEST(VideoEncoderTest, GifLoopsAndKeepsFlatColoursExactly) {
  const std::string path = TempPath("flat.gif");
  RgbImage frame(40, 30);
  for (int x = 0; x < 20; ++x) {
    for (int y = 0; y < 30; ++y) frame.at(x, y)[0] = 153;
  }
  auto encoder = VideoEncoder::Create(
      path, {.format = VideoFormat::kGif, .width = 40, .height = 30});
  ASSERT_TRUE(encoder.ok()) << encoder.status();
  ASSERT_TRUE((*encoder)->Add(frame).ok());
  ASSERT_TRUE((*encoder)->Add(RgbImage(40, 30)).ok());
  ASSERT_TRUE((*encoder)->Finish().ok());
  const std::string bytes = ReadFile(path);
  EXPECT_THAT(bytes, HasSubstr("NETSCAPE2.0"));
  const absl::StatusOr<DecodedVideo> video = DecodeVideo(bytes);
  ASSERT_TRUE(video.ok()) << video.status();
  ASSERT_EQ(video->frames.size(), 2U);
  EXPECT_EQ(video->frames[0], frame);
  EXPECT_EQ(video->frames[1], RgbImage(40, 30));
}

TEST(VideoEncoderTest, WebpIsAnimatedAndLoopsForever) {
  const std::string path = TempPath("anim.webp");
  const absl::Status status = Encode(
      path, {.format = VideoFormat::kWebp, .width = 48, .height = 40}, 4);
  if (absl::IsUnimplemented(status)) GTEST_SKIP() << status;
  ASSERT_TRUE(status.ok()) << status;
  const std::string bytes = ReadFile(path);
  EXPECT_EQ(bytes.substr(8, 4), "WEBP");
  const size_t animation = bytes.find("ANIM");
  ASSERT_NE(animation, std::string::npos);
  // Behind size and background colour.
  EXPECT_EQ(bytes.substr(animation + 12, 2), std::string(2, '\0'));
  size_t num_frames = 0;
  for (size_t at = bytes.find("ANMF"); at != std::string::npos;
       at = bytes.find("ANMF", at + 4)) {
    ++num_frames;
  }
  EXPECT_EQ(num_frames, 4U);
}

TEST(VideoEncoderTest, TheFileAppearsOnlyWhenFinished) {
  const std::string folder = EmptyFolder("atomic");
  const std::string path = folder + "/clip.mp4";
  auto encoder = VideoEncoder::Create(path, {.width = 32, .height = 32});
  ASSERT_TRUE(encoder.ok()) << encoder.status();
  ASSERT_TRUE((*encoder)->Add(MovingPicture(32, 32, 0)).ok());
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE((*encoder)->Finish().ok());
  encoder->reset();
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(VideoEncoderTest, AnUnfinishedClipLeavesNothingBehind) {
  const std::string folder = EmptyFolder("unfinished");
  auto encoder =
      VideoEncoder::Create(folder + "/clip.mp4", {.width = 32, .height = 32});
  ASSERT_TRUE(encoder.ok()) << encoder.status();
  ASSERT_TRUE((*encoder)->Add(MovingPicture(32, 32, 0)).ok());
  encoder->reset();
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST(VideoEncoderTest, RefusesOptionsOutOfRange) {
  const std::string path = TempPath("never.mp4");
  const VideoEncodeOptions bad[] = {
      {.width = 0, .height = 32},
      {.width = 32, .height = 20'000},
      {.width = 32, .height = 32, .fps = 0.0},
      {.width = 32, .height = 32, .fps = 1e9},
      {.width = 32, .height = 32, .crf = 52},
      {.width = 32, .height = 32, .quality = 0},
      {.width = 32, .height = 32, .threads = 0},
  };
  for (const VideoEncodeOptions& options : bad) {
    EXPECT_TRUE(
        absl::IsInvalidArgument(VideoEncoder::Create(path, options).status()));
  }
}

TEST(VideoEncoderTest, RefusesFramesOfAnotherSizeAndEmptyClips) {
  auto encoder =
      VideoEncoder::Create(TempPath("size.mp4"), {.width = 32, .height = 32});
  ASSERT_TRUE(encoder.ok()) << encoder.status();
  EXPECT_TRUE(absl::IsInvalidArgument((*encoder)->Add(RgbImage(32, 30))));
  EXPECT_TRUE(absl::IsFailedPrecondition((*encoder)->Finish()));
}

TEST(VideoEncoderTest, UnwritablePathsAreReported) {
  EXPECT_TRUE(absl::IsUnavailable(
      VideoEncoder::Create(TempPath("no/such/folder/clip.mp4"),
                           {.width = 32, .height = 32})
          .status()));
}

}  // namespace
}  // namespace animate
