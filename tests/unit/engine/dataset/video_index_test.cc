#include "engine/dataset/video_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// "/tmp//a" is "/tmp/a".
std::string Normal(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

// Files are not opened, so that anything will do.
VideoIndex Find(const std::vector<std::string>& paths, bool poses = true) {
  const auto index = FindVideos(paths, poses);
  EXPECT_TRUE(index.ok()) << index.status();
  return index.ok() ? *index : VideoIndex{};
}

TEST(VideoIndexTest, FindsThePublicImplementationsFolders) {
  const TemporaryFolder folder;
  const std::string video = folder.Write("fashion/b/walk.mp4", "v");
  const std::string pose = folder.Write("fashion_dwpose/b/walk.mp4", "p");
  for (const std::string& root :
       {folder / "fashion", folder / "fashion/", folder.path()}) {
    const VideoIndex index = Find({root});
    ASSERT_EQ(index.sources.size(), 1U) << root;
    EXPECT_EQ(index.sources[0].video, Normal(video));
    EXPECT_EQ(index.sources[0].pose_clip, Normal(pose));
    EXPECT_EQ(index.skipped, 0);
  }
}

TEST(VideoIndexTest, FindsPosesBesideTheirVideo) {
  const TemporaryFolder folder;
  folder.Write("a.mp4", "v");
  folder.Write("a_pose.avi", "p");
  folder.Write("b.MOV", "v");
  folder.Write("b.npz", "p");
  folder.Write("c.webm", "v");
  folder.Write("c/frame_10.json", "p");
  folder.Write("c/frame_9.json", "p");
  folder.Write("d.gif", "v");
  folder.Write("d_keypoints.json", "p");
  folder.Write("notes.txt", "hello");
  const VideoIndex index = Find({folder.path()});
  ASSERT_EQ(index.sources.size(), 4U);
  EXPECT_EQ(index.sources[0].pose_clip, Normal(folder / "a_pose.avi"));
  EXPECT_THAT(index.sources[1].keypoints,
              ElementsAre(Normal(folder / "b.npz")));
  EXPECT_THAT(index.sources[2].keypoints,
              ElementsAre(Normal(folder / "c/frame_9.json"),
                          Normal(folder / "c/frame_10.json")));
  EXPECT_THAT(index.sources[3].keypoints,
              ElementsAre(Normal(folder / "d_keypoints.json")));
}

TEST(VideoIndexTest, CountsVideosWithoutPoses) {
  const TemporaryFolder folder;
  folder.Write("a.mp4", "v");
  folder.Write("a.json", "p");
  folder.Write("lonely.mp4", "v");
  folder.Write("captured.mp4", "v");
  folder.Write("captured.bvh", "not of a picture");
  EXPECT_EQ(Find({folder.path()}).sources.size(), 1U);
  EXPECT_EQ(Find({folder.path()}).skipped, 2);
  EXPECT_EQ(Find({folder.path()}, /*poses=*/false).sources.size(), 3U);
}

TEST(VideoIndexTest, ReadsThePublicImplementationsLists) {
  const TemporaryFolder folder;
  const std::string video = folder.Write("data/a.mp4", "v");
  const std::string pose = folder.Write("data/kps/a.mp4", "p");
  const std::string list = folder.Write(
      "meta/fashion_meta.json",
      absl::StrCat("[{\"video_path\": \"", video, "\", \"kps_path\": \"", pose,
                   "\"},"
                   " {\"video_path\": \"../data/a.mp4\","
                   "  \"kps_path\": \"../data/kps/a.mp4\"},"
                   " {\"video_path\": \"gone.mp4\", \"kps_path\": \"x\"},"
                   " {\"kps_path\": \"x\"}, 7]"));
  const std::string lists =
      folder.Write("all.json", "[\"meta/fashion_meta.json\"]");
  for (const std::string& path : {list, lists}) {
    const VideoIndex index = Find({path});
    ASSERT_EQ(index.sources.size(), 2U);
    EXPECT_EQ(index.sources[0].video, video);
    EXPECT_EQ(index.sources[0].pose_clip, pose);
    EXPECT_TRUE(std::filesystem::equivalent(index.sources[1].pose_clip, pose));
    EXPECT_EQ(index.skipped, 3);
  }
}

TEST(VideoIndexTest, RefusesListsThatAreCutOffOrEndless) {
  const TemporaryFolder folder;
  const std::string half = folder.Write("half.json", "[{\"video_path\": \"a");
  const std::string self = folder.Write("self.json", "[\"self.json\"]");
  for (const std::string& path : {half, self}) {
    const auto index = FindVideos({path}, true);
    EXPECT_EQ(index.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(index.status().message(), HasSubstr(path));
  }
  EXPECT_EQ(FindVideos({folder / "none"}, true).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(VideoIndexTest, SaysThatAFolderIsEmpty) {
  const TemporaryFolder folder;
  folder.Write("lonely.mp4", "v");
  const auto index = FindVideos({folder.path()}, true);
  EXPECT_EQ(GetErrorReason(index.status()), "EMPTY_DATASET");
  EXPECT_THAT(index.status().message(), HasSubstr(folder.path()));
  EXPECT_THAT(index.status().message(), HasSubstr("1 were left out"));
  EXPECT_EQ(GetErrorReason(FindVideos({}, true).status()), "EMPTY_DATASET");
}

}  // namespace
}  // namespace animate
