#include "client/pose_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/temporary_folder.h"
#include "tests/unit/client/test_clips.h"

namespace animate {
namespace {

using testing::HasSubstr;

TEST(PoseSourceTest, AFolderIsItsPicturesInNaturalOrder) {
  const TemporaryFolder folder;
  const std::string first = PlainPng(64, 80, 1);
  const std::string last = PlainPng(64, 80, 2);
  folder.Write("poses/p10.png", last);
  folder.Write("poses/p9.png", first);

  const auto poses = ReadPoseSource({folder / "poses"}, {});

  ASSERT_TRUE(poses.ok()) << poses.status();
  EXPECT_EQ(poses->kind, v1::POSE_KIND_IMAGES);
  EXPECT_EQ(poses->items, (std::vector<std::string>{first, last}));
  EXPECT_EQ(poses->num_frames, 2);
  EXPECT_EQ(poses->width, 64);
  EXPECT_EQ(poses->height, 80);
  EXPECT_EQ(poses->fps, 0.0);
}

TEST(PoseSourceTest, SeveralPicturesKeepTheOrderGiven) {
  const TemporaryFolder folder;
  const std::string b = folder.Write("b.png", PlainPng(64, 64, 1));
  const std::string a = folder.Write("a.png", PlainPng(64, 64, 2));
  const auto poses = ReadPoseSource({b, a}, {});
  ASSERT_TRUE(poses.ok()) << poses.status();
  EXPECT_EQ(poses->items[0], PlainPng(64, 64, 1));
}

TEST(PoseSourceTest, ASinglePictureIsOneFrame) {
  const TemporaryFolder folder;
  const auto poses =
      ReadPoseSource({folder.Write("a", PlainPng(64, 64, 2))}, {});
  ASSERT_TRUE(poses.ok()) << poses.status();
  EXPECT_EQ(poses->kind, v1::POSE_KIND_IMAGES);
  EXPECT_EQ(poses->num_frames, 1);
}

TEST(PoseSourceTest, AClipIsOneItemWithItsOwnRateAndSize) {
  const TemporaryFolder folder;
  WritePlainClip(folder / "clip.mp4", 64, 96, 5, 12.0);

  const auto poses = ReadPoseSource({folder / "clip.mp4"}, {});

  ASSERT_TRUE(poses.ok()) << poses.status();
  EXPECT_EQ(poses->kind, v1::POSE_KIND_VIDEO);
  EXPECT_EQ(poses->items, std::vector<std::string>{folder.Read("clip.mp4")});
  EXPECT_EQ(poses->num_frames, 5);
  EXPECT_EQ(poses->width, 64);
  EXPECT_EQ(poses->height, 96);
  EXPECT_NEAR(poses->fps, 12.0, 0.01);
}

TEST(PoseSourceTest, NoMoreThanMaxFramesAreUsed) {
  const TemporaryFolder folder;
  WritePlainClip(folder / "clip.mp4", 64, 64, 5, 12.0);
  EXPECT_EQ(
      ReadPoseSource({folder / "clip.mp4"}, {.max_frames = 3})->num_frames, 3);
  const std::string a = folder.Write("a.png", PlainPng(64, 64, 2));
  EXPECT_EQ(ReadPoseSource({a, a, a, a}, {.max_frames = 3})->items.size(), 3u);
}

TEST(PoseSourceTest, NamesTheFileThatIsNeitherPictureNorClip) {
  const TemporaryFolder folder;
  const std::string text = folder.Write("notes.txt", "hello");
  const absl::Status alone = ReadPoseSource({text}, {}).status();
  EXPECT_EQ(alone.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(alone.message()), HasSubstr("notes.txt"));
  const std::string a = folder.Write("a.png", PlainPng(64, 64, 2));
  EXPECT_FALSE(ReadPoseSource({a, text}, {}).ok());
  EXPECT_FALSE(ReadPoseSource({folder / "none"}, {}).ok());
  EXPECT_FALSE(ReadPoseSource({}, {}).ok());
}

TEST(PoseSourceTest, AllFilesTogetherStayWithinTheLimit) {
  const TemporaryFolder folder;
  const std::string png = PlainPng(64, 64, 2);
  const std::string a = folder.Write("a.png", png);
  const auto limit = static_cast<int64_t>(png.size()) * 3 / 2;
  EXPECT_TRUE(ReadPoseSource({a}, {.max_bytes = limit}).ok());
  EXPECT_FALSE(ReadPoseSource({a, a}, {.max_bytes = limit}).ok());
}

}  // namespace
}  // namespace animate
