#include "client/pose_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "client/pose_progress.h"
#include "engine/media/image_codec.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/client/pose_drawings.h"
#include "tests/unit/client/test_clips.h"

namespace animate {
namespace {

using testing::HasSubstr;

TEST(PictureWriterTest, AFolderGetsNumberedPictures) {
  const TemporaryFolder folder;
  auto writer = PictureWriter::Create(folder / "a/frames", 12.0);
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE((*writer)->Add(PlainImage(16, 16, 1)).ok());
  ASSERT_TRUE((*writer)->Add(PlainImage(16, 16, 2)).ok());
  ASSERT_TRUE((*writer)->Finish().ok());
  EXPECT_EQ(DecodeImage(folder.Read("a/frames/0001.png"))->pixels[0], 2);
  EXPECT_TRUE(folder.Has("a/frames/0000.png"));
}

TEST(PictureWriterTest, APngHoldsOneFrameAClipMany) {
  const TemporaryFolder folder;
  auto png = PictureWriter::Create(folder / "one.png", 12.0);
  ASSERT_TRUE((*png)->Add(PlainImage(16, 16, 1)).ok());
  EXPECT_THAT(std::string((*png)->Add(PlainImage(16, 16, 1)).message()),
              HasSubstr("one.png"));
  auto clip = PictureWriter::Create(folder / "c.mp4", 0.0);
  ASSERT_TRUE((*clip)->Add(PlainImage(16, 16, 1)).ok());
  ASSERT_TRUE((*clip)->Add(PlainImage(16, 16, 1)).ok());
  ASSERT_TRUE((*clip)->Finish().ok());
  EXPECT_TRUE(folder.Has("c.mp4"));
  EXPECT_FALSE(PictureWriter::Create(folder / "c.txt", 12.0).ok());
}

TEST(OverlaySkeletonTest, ShowsLimbsBrightOverADimmedPicture) {
  const PoseSequence poses = StandingPoses(1);
  const RgbImage overlay =
      OverlaySkeleton(PlainImage(512, 768, 200), poses.frames[0], 256, 384);
  EXPECT_EQ(overlay.at(5, 5)[0], 120);
  // The neck's disc, (255, 85, 0).
  EXPECT_GT(overlay.at(257, 191)[0], 230);
  EXPECT_LT(overlay.at(257, 191)[2], 60);
}

TEST(WritePoseViewsTest, WritesOverlayAndSheet) {
  const TemporaryFolder folder;
  const PoseSequence poses = StandingPoses(3);
  folder.Write("photo.png", PlainPng(256, 384, 90));
  const auto photo = PosePictures::Open(folder / "photo.png");
  ASSERT_TRUE(photo.ok());
  ASSERT_TRUE(WritePoseViews({.overlay = folder / "over",
                              .contact_sheet = folder / "sheet.png"},
                             "title", poses, &*photo)
                  .ok());
  EXPECT_TRUE(folder.Has("over/0002.png"));
  EXPECT_TRUE(DecodeImage(folder.Read("sheet.png")).ok());
  ASSERT_TRUE(
      WritePoseViews({.contact_sheet = folder / "b.png"}, "", poses, nullptr)
          .ok());
  EXPECT_TRUE(folder.Has("b.png"));
}

TEST(PoseProgressTest, LogsStayShortAndTerminalsAlive) {
  FakeClock clock;
  std::ostringstream out;
  std::ostringstream err;
  const Console log{.out = out, .err = err};
  PoseProgress plain("reading", 20, log, clock);
  plain.Show(0);
  plain.Show(1);
  EXPECT_EQ(err.str(), "");
  clock.Advance(absl::Seconds(11));
  plain.Show(11);
  EXPECT_EQ(err.str(), "reading  frame 11/20  1.0 frames/s\n");
  EXPECT_EQ(plain.elapsed(), absl::Seconds(11));
  err.str("");
  const Console terminal{.out = out, .err = err, .err_is_terminal = true};
  {
    PoseProgress live("reading", 0, terminal, clock);
    clock.Advance(absl::Seconds(1));
    live.Show(5);
  }
  EXPECT_THAT(err.str(), HasSubstr("\rreading  frame 5  5.0 frames/s"));
  EXPECT_EQ(err.str().back(), '\n');
}

}  // namespace
}  // namespace animate
