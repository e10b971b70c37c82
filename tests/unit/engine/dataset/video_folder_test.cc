#include "engine/dataset/video_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/error.h"
#include "engine/media/pose_drawing.h"
#include "engine/pose/pose_export.h"
#include "tests/support/standing_person.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/dataset/small_videos.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

VideoFolderOptions OptionsFor(const std::string& path) {
  return {.format = {.width = 48, .height = 64, .frames = 2},
          .paths = {path},
          .choice = {.margin = 3, .stride = 2}};
}

std::unique_ptr<VideoFolder> OpenFolder(const VideoFolderOptions& options) {
  auto folder = VideoFolder::Create(options);
  EXPECT_TRUE(folder.ok()) << folder.status();
  return *std::move(folder);
}

TrainingClip DrawClip(const ClipDataset& clips, int64_t index) {
  auto clip = clips.Draw(index);
  EXPECT_TRUE(clip.ok()) << clip.status();
  return clip.ok() ? *std::move(clip) : TrainingClip{};
}

// A video and its skeletons of another size, both as bright as the frame's
// number.
void WritePair(const TemporaryFolder& folder, const std::string& name,
               int frames) {
  WriteLevels(folder / (name + ".mp4"), 96, 128, frames);
  WriteLevels(folder / (name + "_pose.mp4"), 48, 64, frames);
}

TEST(VideoFolderTest, PosesAreThoseOfTheirFrames) {
  const TemporaryFolder folder;
  WritePair(folder, "a", 20);
  const auto clips = OpenFolder(OptionsFor(folder.path()));
  std::set<int> seen;
  for (int64_t i = 0; i < 10; ++i) {
    const TrainingClip clip = DrawClip(*clips, i);
    ASSERT_EQ(clip.frames.size(), 2U);
    ASSERT_EQ(clip.poses.size(), 2U);
    for (size_t k = 0; k < 2; ++k) {
      EXPECT_EQ(clip.frames[k].width, 48);
      EXPECT_EQ(clip.poses[k].height, 64);
      EXPECT_EQ(LevelToFrame(clip.frames[k]), LevelToFrame(clip.poses[k]));
      EXPECT_GE(
          std::abs(LevelToFrame(clip.frames[k]) - LevelToFrame(clip.reference)),
          3);
      seen.insert(LevelToFrame(clip.frames[k]));
    }
  }
  EXPECT_GT(seen.size(), 5U);
  EXPECT_EQ(clips->skipped(), 0);
}

TEST(VideoFolderTest, ConsecutiveFramesAreInOrder) {
  const TemporaryFolder folder;
  WritePair(folder, "a", 20);
  VideoFolderOptions options = OptionsFor(folder.path());
  options.format.consecutive = true;
  options.format.frames = 5;
  const TrainingClip clip = DrawClip(*OpenFolder(options), 0);
  for (size_t k = 1; k < 5; ++k) {
    EXPECT_EQ(LevelToFrame(clip.frames[k]),
              LevelToFrame(clip.frames[k - 1]) + 2);
  }
}

// The nose of the drawn person is where the video has a white spot, whatever
// the crop, for skeletons as clip and as keypoints.
TEST(VideoFolderTest, OneCropServesPictureAndPose) {
  const auto spot = [](int width, int height) {
    return [=](int frame) {
      RgbImage image(width, height);
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const double dx = 3.0 * ((x + 0.5) / width - 0.4 - 0.02 * frame);
          const double dy = 4.0 * ((y + 0.5) / height - 0.45);
          const bool inside = dx * dx + dy * dy < 0.05;
          std::fill_n(image.at(x, y), 3, inside ? 250 : 10);
        }
      }
      return image;
    };
  };
  const auto middle = [](const RgbImage& image, int above) {
    double sum = 0.0;
    double x_sum = 0.0;
    double y_sum = 0.0;
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x) {
        const uint8_t* pixel = image.at(x, y);
        const double weight =
            std::max(0, pixel[0] + pixel[1] + pixel[2] - above);
        sum += weight;
        x_sum += weight * x;
        y_sum += weight * y;
      }
    }
    return std::pair(x_sum / sum, y_sum / sum);
  };
  const TemporaryFolder folder;
  WriteVideo(folder / "clip/a.mp4", 120, 160, 8, spot(120, 160));
  WriteVideo(folder / "clip/a_pose.mp4", 64, 96, 8, spot(64, 96));
  WriteVideo(folder / "keys/a.mp4", 120, 160, 8, spot(120, 160));
  PoseSequence nose{.width = 60, .height = 80, .fps = 30.0};
  for (int i = 0; i < 8; ++i) {
    PersonPose person;
    person.body[kNose] = {
        .x = 60 * (0.4 + 0.02 * i), .y = 80 * 0.45, .confidence = 1.0};
    nose.frames.push_back(person);
  }
  folder.Write("keys/a.json", ExportPoseKeypointJson(nose));
  for (const char* kind : {"clip", "keys"}) {
    VideoFolderOptions options = OptionsFor(folder / kind);
    options.crop.min_scale = 0.6;
    options.crop.max_scale = 0.8;
    const bool drawn = std::string(kind) == "keys";
    const auto clips = OpenFolder(options);
    std::set<double> places;
    for (int64_t i = 0; i < 8; ++i) {
      const TrainingClip clip = DrawClip(*clips, i);
      for (size_t k = 0; k < 2; ++k) {
        const auto picture = middle(clip.frames[k], 150);
        // The drawn disc is smaller than a pixel.
        const auto pose = middle(clip.poses[k], drawn ? 20 : 150);
        EXPECT_NEAR(picture.first, pose.first, 0.8) << kind;
        EXPECT_NEAR(picture.second, pose.second, 0.8) << kind;
        places.insert(picture.second);
      }
    }
    EXPECT_GT(*places.rbegin() - *places.begin(), 2.0) << kind;
  }
}

TEST(VideoFolderTest, KeypointsAreDrawnAsTheServerDraws) {
  const TemporaryFolder folder;
  WriteLevels(folder / "a.mp4", 48, 64, 1);
  const PoseSequence walk = WalkingPerson(48, 64, 1);
  folder.Write("a.json", ExportPoseKeypointJson(walk));
  VideoFolderOptions options = OptionsFor(folder.path());
  options.crop.mode = CropMode::kCenter;
  const TrainingClip clip = DrawClip(*OpenFolder(options), 0);
  ASSERT_EQ(clip.poses.size(), 2U);
  const RgbImage drawn = RenderPose(
      {.width = 48, .height = 64, .people = {walk.frames[0]}}, 48, 64);
  EXPECT_EQ(clip.poses[0], drawn);
}

TEST(VideoFolderTest, SkipsAndCountsWhatCannotBeRead) {
  const TemporaryFolder folder;
  WritePair(folder, "good", 6);
  WritePair(folder, "long", 4);
  WriteLevels(folder / "long_pose.mp4", 48, 64, 40);
  WritePair(folder, "short", 2);
  const std::string bytes = folder.Read("good.mp4");
  folder.Write("half.mp4", bytes.substr(0, bytes.size() / 2));
  folder.Write("half_pose.mp4", bytes);
  folder.Write("lonely.mp4", bytes);
  VideoFolderOptions options = OptionsFor(folder.path());
  options.min_frames = 3;
  const auto clips = OpenFolder(options);
  EXPECT_EQ(clips->size(), 4U);
  for (int64_t i = 0; i < 30; ++i) {
    EXPECT_THAT(DrawClip(*clips, i).source, HasSubstr("good.mp4"));
  }
  EXPECT_EQ(clips->skipped(), 4);
}

TEST(VideoFolderTest, FailsWhenNothingIsLeft) {
  const TemporaryFolder folder;
  folder.Write("a.mp4", "not a video");
  folder.Write("a_pose.mp4", "neither");
  const auto clip = OpenFolder(OptionsFor(folder.path()))->Draw(0);
  EXPECT_EQ(clip.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(clip.status().message(), HasSubstr("a.mp4"));
}

TEST(VideoFolderTest, ASampleDependsOnItsIndexOnly) {
  const TemporaryFolder folder;
  WritePair(folder, "a", 12);
  WritePair(folder, "b", 12);
  folder.Write("c.mp4", "not a video");
  folder.Write("c_pose.mp4", "neither");
  const auto one = OpenFolder(OptionsFor(folder.path()));
  std::vector<TrainingClip> alone;
  for (int64_t i = 0; i < 8; ++i) alone.push_back(DrawClip(*one, i));
  const auto other = OpenFolder(OptionsFor(folder.path()));
  std::vector<TrainingClip> together(8);
  std::vector<std::thread> threads;
  for (int64_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int64_t i = 7 - t; i >= 0; i -= 3) {
        together[static_cast<size_t>(i)] = DrawClip(*other, i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(together[i].seed, alone[i].seed);
    EXPECT_EQ(together[i].source, alone[i].source);
    EXPECT_EQ(together[i].reference, alone[i].reference);
    EXPECT_EQ(together[i].frames, alone[i].frames);
    EXPECT_EQ(together[i].poses, alone[i].poses);
  }
}

TEST(VideoFolderTest, WorksWithoutPoses) {
  const TemporaryFolder folder;
  WriteLevels(folder / "a.mp4", 96, 128, 3);
  VideoFolderOptions options = OptionsFor(folder.path());
  options.format.poses = false;
  const TrainingClip clip = DrawClip(*OpenFolder(options), 0);
  EXPECT_EQ(clip.frames.size(), 2U);
  EXPECT_TRUE(clip.poses.empty());
}

TEST(VideoFolderTest, OptionsOutOfRangeAreNamed) {
  const auto refused = [](auto change, const char* field) {
    VideoFolderOptions options = OptionsFor("/nowhere");
    change(options);
    const auto status = VideoFolder::Create(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr(field));
  };
  using Options = VideoFolderOptions;
  refused([](Options& o) { o.format.width = 0; }, "width");
  refused([](Options& o) { o.format.height = 9999; }, "height");
  refused([](Options& o) { o.format.frames = 0; }, "frames");
  refused([](Options& o) { o.choice.stride = 0; }, "stride");
  refused([](Options& o) { o.choice.margin = -1; }, "margin");
  refused([](Options& o) { o.min_frames = 0; }, "min_frames");
  refused([](Options& o) { o.crop.min_scale = 0.0; }, "crop_scale");
}

}  // namespace
}  // namespace animate
