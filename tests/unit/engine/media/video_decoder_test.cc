#include "engine/media/video_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/media/image_codec.h"
#include "engine/media/video_encoder.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

constexpr int kWidth = 64;
constexpr int kHeight = 48;

// Returns the bytes of a clip of moving pictures.
std::string MakeClip(const std::string& name, int num_frames,
                     double fps = 25.0) {
  const std::string path = TempPath(name);
  const absl::StatusOr<VideoFormat> format = VideoFormatFromPath(path);
  EXPECT_TRUE(format.ok());
  absl::StatusOr<std::unique_ptr<VideoEncoder>> encoder =
      VideoEncoder::Create(path, {.format = *format,
                                  .width = kWidth,
                                  .height = kHeight,
                                  .fps = fps,
                                  .crf = 12});
  EXPECT_TRUE(encoder.ok()) << encoder.status();
  for (int i = 0; i < num_frames; ++i) {
    EXPECT_TRUE((*encoder)->Add(MovingPicture(kWidth, kHeight, i)).ok());
  }
  EXPECT_TRUE((*encoder)->Finish().ok());
  return ReadFile(path);
}

void ExpectRefused(absl::string_view bytes, const std::string& what) {
  const absl::StatusOr<DecodedVideo> video = DecodeVideo(bytes);
  EXPECT_EQ(video.status().code(), absl::StatusCode::kInvalidArgument) << what;
  EXPECT_EQ(GetErrorReason(video.status()), "BAD_POSE_VIDEO") << what;
}

TEST(DecodeVideoTest, ReturnsFramesSizeAndRateOfAnMp4) {
  const absl::StatusOr<DecodedVideo> video = DecodeVideo(MakeClip("a.mp4", 9));
  ASSERT_TRUE(video.ok()) << video.status();
  EXPECT_EQ(video->info.width, kWidth);
  EXPECT_EQ(video->info.height, kHeight);
  EXPECT_EQ(video->info.num_frames, 9);
  EXPECT_DOUBLE_EQ(video->info.fps, 25.0);
  EXPECT_FALSE(video->info.more);
  ASSERT_EQ(video->frames.size(), 9U);
  for (int i = 0; i < 9; ++i) {
    const RgbImage original = MovingPicture(kWidth, kHeight, i);
    EXPECT_LT(MeanDifference(video->frames[static_cast<size_t>(i)], original),
              4.0)
        << "frame " << i;
  }
}

TEST(DecodeVideoTest, ReadsAnimatedGifs) {
  const absl::StatusOr<DecodedVideo> video = DecodeVideo(MakeClip("b.gif", 5));
  ASSERT_TRUE(video.ok()) << video.status();
  EXPECT_EQ(video->info.num_frames, 5);
  EXPECT_NEAR(video->info.fps, 25.0, 0.5);
  EXPECT_LT(MeanDifference(video->frames[4], MovingPicture(kWidth, kHeight, 4)),
            8.0);
}

TEST(DecodeVideoTest, StopsAtMaxFramesAndSaysSo) {
  const std::string clip = MakeClip("c.mp4", 8);
  const absl::StatusOr<DecodedVideo> some =
      DecodeVideo(clip, {.max_frames = 5});
  ASSERT_TRUE(some.ok()) << some.status();
  EXPECT_EQ(some->frames.size(), 5U);
  EXPECT_TRUE(some->info.more);
  const absl::StatusOr<DecodedVideo> all = DecodeVideo(clip, {.max_frames = 8});
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->frames.size(), 8U);
  EXPECT_FALSE(all->info.more);
}

TEST(DecodeVideoTest, DeliversOnlyTheFramesThatAreWanted) {
  const std::string clip = MakeClip("w.mp4", 12);
  const auto all = DecodeVideo(clip);
  ASSERT_TRUE(all.ok()) << all.status();
  std::vector<int> seen;
  const auto info = DecodeVideo(
      clip, {.wanted = {2, 7, 40}}, [&](int index, const RgbImage& frame) {
        seen.push_back(index);
        EXPECT_EQ(frame, all->frames[static_cast<size_t>(index)]);
        return absl::OkStatus();
      });
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(seen, (std::vector<int>{2, 7}));
  EXPECT_EQ(info->num_frames, 12);
  // Nothing behind the last one is decoded.
  const auto early = DecodeVideo(clip, {.wanted = {2}});
  ASSERT_TRUE(early.ok()) << early.status();
  EXPECT_EQ(early->frames.size(), 1U);
  EXPECT_EQ(early->info.num_frames, 3);
  EXPECT_TRUE(early->info.more);
}

TEST(ProbeVideoTest, SaysWhatDecodingWouldFind) {
  const std::string clip = MakeClip("p.mp4", 7);
  const auto decoded = DecodeVideo(clip);
  const auto probed = ProbeVideo(clip);
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->num_frames, 7);
  EXPECT_EQ(probed->width, decoded->info.width);
  EXPECT_EQ(probed->height, decoded->info.height);
  EXPECT_EQ(probed->fps, decoded->info.fps);
  EXPECT_EQ(probed->codec, decoded->info.codec);
}

TEST(ProbeVideoTest, RefusesWhatIsNoCompleteClip) {
  const std::string clip = MakeClip("h.mp4", 7);
  for (const std::string& bytes :
       {std::string(), std::string("text"), clip.substr(0, clip.size() / 2)}) {
    const auto probed =
        ProbeVideo(bytes, {.field = "a.mp4", .reason = "BAD_FILE"});
    EXPECT_EQ(GetErrorReason(probed.status()), "BAD_FILE");
    EXPECT_THAT(probed.status().message(), HasSubstr("a.mp4"));
  }
}

TEST(DecodeVideoTest, SeveralThreadsReturnTheSameFrames) {
  const std::string clip = MakeClip("d.mp4", 12);
  const absl::StatusOr<DecodedVideo> one = DecodeVideo(clip, {.threads = 1});
  const absl::StatusOr<DecodedVideo> two = DecodeVideo(clip, {.threads = 2});
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_TRUE(one->frames == two->frames);
}

TEST(DecodeVideoTest, RefusesFramesAboveThePixelLimit) {
  const std::string clip = MakeClip("e.mp4", 2);
  EXPECT_TRUE(DecodeVideo(clip, {.max_pixels = kWidth * kHeight}).ok());
  const absl::Status status =
      DecodeVideo(clip, {.max_pixels = kWidth * kHeight - 1}).status();
  EXPECT_EQ(GetErrorReason(status), "BAD_POSE_VIDEO");
  EXPECT_THAT(std::string(status.message()), HasSubstr("64x48"));
}

TEST(DecodeVideoTest, ErrorsOfTheSinkEndTheDecodingUnchanged) {
  int calls = 0;
  const absl::StatusOr<VideoInfo> info =
      DecodeVideo(MakeClip("f.mp4", 6), {}, [&](int index, RgbImage) {
        ++calls;
        return index == 2 ? absl::CancelledError("enough") : absl::OkStatus();
      });
  EXPECT_EQ(info.status(), absl::CancelledError("enough"));
  EXPECT_EQ(calls, 3);
}

TEST(DecodeVideoTest, RefusesWhatIsNoClip) {
  ExpectRefused("", "nothing");
  ExpectRefused("#EXTM3U\nfile:///etc/passwd\n", "a playlist");
  ExpectRefused("ffconcat version 1.0\nfile /etc/passwd\n", "a list of files");
  ExpectRefused(ReadMediaGolden("rgb.png"), "a picture");
  ExpectRefused(ReadMediaGolden("animated.webp"), "animated WebP");
  ExpectRefused(std::string("\0\0\0\x08"
                            "ftyp",
                            8),
                "only a box");
  ExpectRefused(std::string("\x1A\x45\xDF\xA3", 4), "only EBML");
  ExpectRefused("GIF89a;", "only a GIF header");
}

TEST(DecodeVideoTest, ErrorsNameTheFieldOfTheCaller) {
  const absl::Status status =
      DecodeVideo("nothing", {.field = "driving", .reason = "BAD_DRIVING"})
          .status();
  EXPECT_EQ(GetErrorReason(status), "BAD_DRIVING");
  ASSERT_TRUE(GetErrorDetails(status).has_value());
  EXPECT_EQ(GetErrorDetails(status)->field_violations[0].field, "driving");
}

TEST(DecodeVideoTest, RefusesClipsCutAnywhere) {
  for (const std::string name : {"g.mp4", "g.gif"}) {
    const std::string clip = MakeClip(name, 6);
    ASSERT_TRUE(DecodeVideo(clip).ok());
    // A GIF may end where the byte of its trailer happens to stand.
    for (size_t size = 0; size < clip.size(); size += size < 64 ? 1 : 37) {
      const std::string cut = clip.substr(0, size);
      if (name == "g.gif" && !cut.empty() && cut.back() == ';') continue;
      ExpectRefused(cut, name + " cut to " + std::to_string(size));
    }
    ExpectRefused(clip.substr(0, clip.size() - 1), name + " less one byte");
  }
}

TEST(DecodeVideoTest, SurvivesDamagedBytes) {
  const std::string clip = MakeClip("h.mp4", 4);
  for (size_t i = 0; i < clip.size(); i += 3) {
    std::string damaged = clip;
    damaged[i] = static_cast<char>(~damaged[i]);
    const absl::StatusOr<DecodedVideo> video =
        DecodeVideo(damaged, {.max_frames = 8, .max_pixels = 1 << 16});
    if (!video.ok()) {
      EXPECT_EQ(GetErrorReason(video.status()), "BAD_POSE_VIDEO")
          << video.status();
    }
  }
}

TEST(DecodeVideoTest, ReadsRealClips) {
  struct RealClip {
    std::string name;
    int height;
    int num_frames;
    uint32_t first_frame_crc;  // of PyAV's to_ndarray("rgb24")
  };
  for (const RealClip& expected :
       {RealClip{"real/anyone-video-1_kps.mp4", 704, 200, 0xFA0CAA69},
        RealClip{"real/anyone-video-2_kps.mp4", 768, 136, 0x0B7A96D4}}) {
    const std::string clip = ReadFile(SharedDataPath(expected.name));
    if (clip.empty()) GTEST_SKIP() << "no " << expected.name;
    uint32_t first_frame_crc = 0;
    const absl::StatusOr<VideoInfo> info =
        DecodeVideo(clip, {}, [&](int index, RgbImage frame) {
          if (index == 0) first_frame_crc = Crc32(frame);
          return absl::OkStatus();
        });
    ASSERT_TRUE(info.ok()) << info.status();
    EXPECT_EQ(info->width, 512);
    EXPECT_EQ(info->height, expected.height);
    EXPECT_EQ(info->num_frames, expected.num_frames);
    EXPECT_DOUBLE_EQ(info->fps, 30.0);
    EXPECT_EQ(first_frame_crc, expected.first_frame_crc);
  }
}

}  // namespace
}  // namespace animate
