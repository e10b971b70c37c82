#include "tools/eval/clip_files.h"

#include <gmock/gmock.h>

#include "tests/support/small_clip.h"
#include "tests/unit/tools/eval/small_set.h"

namespace animate {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(ClipFilesTest, AFolderOfPicturesIsOneClipInTheOrderOfItsNumbers) {
  const TemporaryFolder folder;
  for (const int i : {10, 2, 1}) {
    folder.Write(absl::StrCat("frame_", i, ".png"),
                 *EncodeImage(Grey(8, 8, static_cast<uint8_t>(i))));
  }
  const auto clips = *FindClips(folder.path());
  ASSERT_THAT(clips, SizeIs(1));
  const ClipFiles& clip = clips.at("");
  ASSERT_THAT(clip.pictures, SizeIs(3));
  EXPECT_EQ(clip.pictures[1].first, "frame_2");
  const std::vector<RgbImage> frames = *ReadClip(clip);
  EXPECT_EQ(frames[0].pixels[0], 1);
  EXPECT_EQ(frames[2].pixels[0], 10);
}

TEST(ClipFilesTest, AFolderOfClipsAndFoldersHasThemByName) {
  const TemporaryFolder folder;
  WriteFrames(folder, "a", {Grey(8, 8, 1)});
  folder.Write("b.mp4", SmallClip(4));
  folder.Write("notes.txt", "no clip");
  folder.Write(".hidden/frame_0.png", *EncodeImage(Grey(8, 8, 1)));
  folder.Write("empty/notes.txt", "no clip");
  const auto clips = *FindClips(folder.path());
  ASSERT_THAT(clips, SizeIs(2));
  EXPECT_THAT(*ReadClip(clips.at("a")), SizeIs(1));
  EXPECT_THAT(*ReadClip(clips.at("b")), SizeIs(4));
}

TEST(ClipFilesTest, AClipFileIsAClip) {
  const TemporaryFolder folder;
  const auto clips = *FindClips(folder.Write("one.mp4", SmallClip(2)));
  EXPECT_THAT(*ReadClip(clips.at("")), SizeIs(2));
}

TEST(ClipFilesTest, NothingThereIsNotFound) {
  const TemporaryFolder folder;
  EXPECT_EQ(FindClips(folder / "none").status().code(),
            absl::StatusCode::kNotFound);
  const absl::Status empty = FindClips(folder.path()).status();
  EXPECT_EQ(empty.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(empty.message(), HasSubstr(folder.path() + ": no pictures"));
}

TEST(ClipFilesTest, TwoClipsOfOneNameAreAnError) {
  const TemporaryFolder folder;
  WriteFrames(folder, "a", {Grey(8, 8, 1)});
  folder.Write("a.mp4", SmallClip(2));
  EXPECT_THAT(FindClips(folder.path()).status().message(),
              HasSubstr("another clip called \"a\""));
}

TEST(ClipFilesTest, FilesThatCannotBeReadAreNamed) {
  const TemporaryFolder folder;
  const auto error = [](const std::string& path) {
    return std::string(
        ReadClip(FindClips(path)->begin()->second).status().message());
  };
  EXPECT_THAT(error(folder.Write("bad.mp4", "no clip")), HasSubstr("bad.mp4"));
  folder.Write("frames/frame_0.png", "no picture");
  EXPECT_THAT(error(folder / "frames"), HasSubstr("frame_0.png"));
  const std::string uneven =
      WriteFrames(folder, "uneven", {Grey(8, 8, 1), Grey(8, 9, 1)});
  EXPECT_THAT(error(uneven), HasSubstr("frame_1.png: is 8x9"));
  EXPECT_FALSE(ReadPicture(folder / "none.png").ok());
}

}  // namespace
}  // namespace animate
