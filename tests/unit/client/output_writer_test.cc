#include "client/output_writer.h"

#include <gtest/gtest.h>

#include "engine/media/video_decoder.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/client/test_clips.h"

namespace animate {
namespace {

ReceivedFrame Frame(uint32_t index) {
  return {.index = index,
          .format = v1::OUTPUT_FORMAT_PNG,
          .width = 64,
          .height = 64,
          .data = PlainPng(64, 64, static_cast<uint8_t>(index * 40))};
}

TEST(OutputWriterTest, MakesAClipOfAllFrames) {
  const TemporaryFolder folder;
  auto writer =
      OutputWriter::Create({.path = folder / "new/clip.mp4", .fps = 10.0});
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (uint32_t i = 0; i < 4; ++i) {
    ASSERT_TRUE((*writer)->Add(Frame(i)).ok());
  }
  ASSERT_TRUE((*writer)->Finish().ok());

  const auto clip = DecodeVideo(folder.Read("new/clip.mp4"));
  ASSERT_TRUE(clip.ok()) << clip.status();
  EXPECT_EQ(clip->info.num_frames, 4);
  EXPECT_NEAR(clip->info.fps, 10.0, 0.01);
}

TEST(OutputWriterTest, SavesPicturesAsTheyCame) {
  const TemporaryFolder folder;
  auto writer = OutputWriter::Create({.path = folder / "frames"});
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE((*writer)->Add(Frame(0)).ok());
  ASSERT_TRUE((*writer)->Add(Frame(1)).ok());
  ASSERT_TRUE((*writer)->Finish().ok());
  EXPECT_EQ(folder.Read("frames/frame_00000.png"), Frame(0).data);
  EXPECT_EQ(folder.Read("frames/frame_00001.png"), Frame(1).data);
}

TEST(OutputWriterTest, ShowsEveryFrameDecoded) {
  const TemporaryFolder folder;
  std::vector<int> indices;
  auto writer = OutputWriter::Create(
      {.path = folder / "frames",
       .on_picture = [&](int index, const RgbImage& picture) {
         indices.push_back(index);
         EXPECT_EQ(picture.width, 64);
       }});
  ASSERT_TRUE((*writer)->Add(Frame(0)).ok());
  ReceivedFrame raw = Frame(1);
  raw.format = v1::OUTPUT_FORMAT_RAW_RGB8;
  raw.data = std::string(64 * 64 * 3, 'x');
  ASSERT_TRUE((*writer)->Add(raw).ok());
  EXPECT_EQ(indices, (std::vector<int>{0, 1}));
  raw.data.pop_back();
  EXPECT_FALSE((*writer)->Add(raw).ok());
}

TEST(OutputWriterTest, ARestartDropsWhatCameBefore) {
  const TemporaryFolder folder;
  auto writer = OutputWriter::Create({.path = folder / "clip.mp4"});
  ASSERT_TRUE((*writer)->Add(Frame(0)).ok());
  ASSERT_TRUE((*writer)->Add(Frame(1)).ok());
  (*writer)->Restart();
  ASSERT_TRUE((*writer)->Add(Frame(0)).ok());
  ASSERT_TRUE((*writer)->Finish().ok());
  EXPECT_EQ(DecodeVideo(folder.Read("clip.mp4"))->info.num_frames, 1);
}

TEST(OutputWriterTest, WithoutAnyFrameThereIsNoFile) {
  const TemporaryFolder folder;
  auto writer = OutputWriter::Create({.path = folder / "clip.gif"});
  ASSERT_TRUE((*writer)->Finish().ok());
  EXPECT_FALSE(folder.Has("clip.gif"));
}

TEST(OutputWriterTest, RefusesWhatItCannotWriteBeforeTheJobRuns) {
  const TemporaryFolder folder;
  EXPECT_EQ(OutputWriter::Create({.path = folder / "a.xyz"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  const std::string file = folder.Write("file", "x");
  EXPECT_EQ(OutputWriter::Create({.path = file}).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_FALSE(OutputWriter::Create({.path = file + "/clip.mp4"}).ok());
}

TEST(OutputWriterTest, ABrokenFrameIsAnError) {
  const TemporaryFolder folder;
  auto writer = OutputWriter::Create({.path = folder / "clip.mp4"});
  ReceivedFrame frame = Frame(0);
  frame.data = "not a picture";
  EXPECT_FALSE((*writer)->Add(frame).ok());
}

TEST(PictureExtensionTest, FollowsTheFormat) {
  EXPECT_EQ(PictureExtension(v1::OUTPUT_FORMAT_JPEG), ".jpg");
  EXPECT_EQ(PictureExtension(v1::OUTPUT_FORMAT_PNG), ".png");
  EXPECT_EQ(PictureExtension(v1::OUTPUT_FORMAT_WEBP), ".webp");
  EXPECT_EQ(PictureExtension(v1::OUTPUT_FORMAT_RAW_RGB8), ".rgb");
}

}  // namespace
}  // namespace animate
