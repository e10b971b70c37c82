#include "engine/dataset/video_source_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/base/error.h"
#include "engine/pose/pose_export.h"
#include "tests/support/standing_person.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/dataset/small_videos.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(VideoSourceReaderTest, LengthIsWhatVideoAndPosesHaveInCommon) {
  const TemporaryFolder folder;
  WriteLevels(folder / "a.mp4", 64, 48, 12);
  WriteLevels(folder / "p.mp4", 32, 32, 10);
  const VideoSource source = {.video = folder / "a.mp4",
                              .pose_clip = folder / "p.mp4"};
  const auto length = MeasureSource(source, 2);
  ASSERT_TRUE(length.ok()) << length.status();
  EXPECT_EQ(length->frames, 10);
  EXPECT_EQ(length->width, 64);
  EXPECT_EQ(length->height, 48);
  const auto strict = MeasureSource(source, 1);
  EXPECT_EQ(strict.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(strict.status().message(),
              HasSubstr("has 12 frames, but poses for 10"));
}

TEST(VideoSourceReaderTest, KeypointsAreMeasuredToo) {
  const TemporaryFolder folder;
  WriteLevels(folder / "a.mp4", 64, 48, 6);
  folder.Write("a.json", ExportPoseKeypointJson(WalkingPerson(64, 48, 5)));
  const VideoSource source = {.video = folder / "a.mp4",
                              .keypoints = {folder / "a.json"}};
  const auto length = MeasureSource(source, 2);
  ASSERT_TRUE(length.ok()) << length.status();
  EXPECT_EQ(length->frames, 5);
}

TEST(VideoSourceReaderTest, ReadsTheFramesAskedForOnly) {
  const TemporaryFolder folder;
  WriteLevels(folder / "a.mp4", 64, 48, 20);
  const auto frames = ReadFrames(folder / "a.mp4", {17, 3, 3});
  ASSERT_TRUE(frames.ok()) << frames.status();
  ASSERT_EQ(frames->size(), 2U);
  EXPECT_EQ(LevelToFrame(frames->at(3)), 3);
  EXPECT_EQ(LevelToFrame(frames->at(17)), 17);
  EXPECT_EQ(ReadFrames(folder / "a.mp4", {3, 20}).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(VideoSourceReaderTest, NamesTheFileThatIsDamaged) {
  const TemporaryFolder folder;
  WriteLevels(folder / "a.mp4", 64, 48, 8);
  const std::string bytes = folder.Read("a.mp4");
  folder.Write("half.mp4", bytes.substr(0, bytes.size() / 2));
  folder.Write("empty.mp4", "");
  folder.Write("half.json",
               ExportPoseKeypointJson(WalkingPerson(64, 48, 8)).substr(0, 300));
  const std::string good = folder / "a.mp4";
  for (const auto& [source, name] :
       {std::pair{VideoSource{.video = folder / "half.mp4"}, "half.mp4"},
        std::pair{VideoSource{.video = folder / "empty.mp4"}, "empty.mp4"},
        std::pair{VideoSource{.video = folder / "gone.mp4"}, "gone.mp4"},
        std::pair{VideoSource{.video = good, .pose_clip = folder / "half.mp4"},
                  "half.mp4"},
        std::pair{
            VideoSource{.video = good, .keypoints = {folder / "half.json"}},
            "half.json"}}) {
    const auto length = MeasureSource(source, 2);
    EXPECT_EQ(GetErrorReason(length.status()), "BAD_DATASET_FILE")
        << length.status();
    EXPECT_THAT(length.status().message(), HasSubstr(name));
  }
}

}  // namespace
}  // namespace animate
