#include "client/pose_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "engine/media/image_codec.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/client/pose_drawings.h"
#include "tests/unit/client/test_clips.h"

namespace animate {
namespace {

using testing::HasSubstr;

absl::StatusOr<LoadedPoses> Load(const std::vector<std::string>& paths,
                                 const PoseFileOptions& options = {}) {
  std::ostringstream out;
  std::ostringstream err;
  return LoadPoses(paths, options, {.out = out, .err = err});
}

TEST(PoseFilesTest, WhatIsSavedIsLoadedAgain) {
  const TemporaryFolder folder;
  const PoseSequence poses = StandingPoses(3);
  for (const auto format : {PoseOutputFormat::kPoseKeypoint,
                            PoseOutputFormat::kPoseKeypointNormalized}) {
    ASSERT_TRUE(SavePoses(folder / "a/k.json", format, poses).ok());
    const auto loaded = Load({folder / "a/k.json"});
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(loaded->source, "POSE_KEYPOINT JSON");
    EXPECT_EQ(loaded->poses.fps, 12.0);
    EXPECT_NEAR(loaded->poses.frames[2].body[kNeck].x, 128.0, 1e-9);
  }
}

TEST(PoseFilesTest, OpenPoseIsAFolderOfFrames) {
  const TemporaryFolder folder;
  ASSERT_TRUE(
      SavePoses(folder / "op", PoseOutputFormat::kOpenPose, StandingPoses(2))
          .ok());
  EXPECT_TRUE(folder.Has("op/frame_000001_keypoints.json"));
  PoseFileOptions options;
  options.import.width = 256;
  options.import.height = 384;
  const auto loaded = Load({folder / "op"}, options);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ(loaded->poses.frames.size(), 2U);
  EXPECT_EQ(loaded->poses.frames[1].body, StandingPoses(2).frames[1].body);
}

TEST(PoseFilesTest, DrawnSkeletonsAreRead) {
  const TemporaryFolder folder;
  const PoseSequence poses = StandingPoses(2);
  for (const size_t t : {0U, 1U}) {
    folder.Write("s/" + std::to_string(t) + ".png",
                 EncodeImage(DrawnPose(poses, t)).value());
  }
  const auto loaded = Load({folder / "s"});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->source, "drawn skeletons");
  EXPECT_EQ(loaded->poses.width, 512);
  EXPECT_NEAR(loaded->poses.frames[1].body[kNeck].x, 256.0, 1.0);
  EXPECT_TRUE(loaded->pictures.has_value());
  EXPECT_FALSE(loaded->swapped);
}

TEST(PoseFilesTest, ErrorsNameTheFileAndTheReason) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& name, const std::string& bytes) {
    const absl::Status status = Load({folder.Write(name, bytes)}).status();
    EXPECT_FALSE(status.ok()) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(name));
    return std::string(status.message());
  };
  message("empty.json", "[]");
  EXPECT_THAT(message("nobody.json",
                      R"([{"people":[],"canvas_width":8,"canvas_height":8}])"),
              HasSubstr("nobody"));
  EXPECT_THAT(message(
                  "nocanvas.json", R"({"people":[{"pose_keypoints_2d":)" +
                                       std::string("[1,2,1") +
                                       [] {
                                         std::string rest;
                                         for (int i = 3; i < 54; ++i)
                                           rest += ",9";
                                         return rest;
                                       }() +
                                       "]}]}"),
              HasSubstr("canvas"));
  EXPECT_THAT(message("pickle.npy", std::string("\x80\x04 pickled", 10)),
              HasSubstr("pickle"));
  EXPECT_THAT(message("photo.png", PlainPng(64, 64, 120)),
              HasSubstr("no frame shows a drawn skeleton"));
  message("notes.txt", "hello");
  EXPECT_EQ(Load({folder / "none.json"}).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_FALSE(Load({}).ok());
}

TEST(ParsePictureSizeTest, TakesWidthAndHeight) {
  EXPECT_EQ(ParsePictureSize("512x768", "--canvas")->height, 768);
  for (const char* bad :
       {"", "512", "512x", "x768", "0x5", "5x9999", "5x6x7", "5 x 6", "-5x6"}) {
    const absl::Status status = ParsePictureSize(bad, "--canvas").status();
    EXPECT_THAT(std::string(status.message()), HasSubstr("--canvas")) << bad;
  }
}

}  // namespace
}  // namespace animate
