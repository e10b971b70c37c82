#include "client/pose_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/pose/pose_export.h"
#include "tests/support/standing_person.h"
#include "tests/support/temporary_folder.h"
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

TEST(PoseSourceTest, RecognisesKeypointsByTheirContent) {
  const TemporaryFolder folder;
  const std::string file = folder.Write(
      "dance.json", ExportPoseKeypointJson(WalkingPerson(200, 300, 4)));
  const auto poses = ReadPoseSource({file}, {.max_frames = 3});
  ASSERT_TRUE(poses.ok()) << poses.status();
  EXPECT_EQ(poses->kind, v1::POSE_KIND_KEYPOINTS);
  EXPECT_TRUE(poses->items.empty());
  EXPECT_EQ(poses->num_frames, 3);
  EXPECT_EQ(poses->keypoints.frames.size(), 3u);
  EXPECT_EQ(poses->width, 200);
  EXPECT_EQ(poses->height, 300);
  EXPECT_EQ(poses->fps, 24.0);
}

TEST(PoseSourceTest, AFolderOfJsonIsKeypointsInNaturalOrder) {
  const TemporaryFolder folder;
  const auto frame = [](int x) {
    std::string triples;
    for (int i = 0; i < 18; ++i) {
      triples += (i > 0 ? "," : "") + std::to_string(x + i) + ",5,0.9";
    }
    return "{\"people\":[{\"pose_keypoints_2d\":[" + triples + "]}]}";
  };
  folder.Write("poses/f10_keypoints.json", frame(50));
  folder.Write("poses/f9_keypoints.json", frame(20));
  PoseSourceOptions options;
  options.import.width = 100;
  options.import.height = 80;
  const auto poses = ReadPoseSource({folder / "poses"}, options);
  ASSERT_TRUE(poses.ok()) << poses.status();
  ASSERT_EQ(poses->num_frames, 2);
  EXPECT_EQ(poses->keypoints.frames[0].body[kNose].x, 20.0);
  EXPECT_EQ(poses->keypoints.frames[1].body[kNose].x, 50.0);

  const absl::Status no_canvas =
      ReadPoseSource({folder / "poses"}, {}).status();
  EXPECT_THAT(std::string(no_canvas.message()), HasSubstr("canvas"));
  folder.Write("empty/notes.txt", "x");
  EXPECT_EQ(ReadPoseSource({folder / "empty"}, {}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(PoseSourceTest, ARefusedFileOfPosesSaysWhy) {
  const TemporaryFolder folder;
  const std::string pickle = folder.Write("poses.npy.pkl", "\x80\x04pickled");
  EXPECT_THAT(std::string(ReadPoseSource({pickle}, {}).status().message()),
              HasSubstr("pickle"));
  const std::string file = folder.Write("a.json", "{\"a\": 1}");
  EXPECT_THAT(std::string(ReadPoseSource({file}, {}).status().message()),
              HasSubstr("a.json"));
}

TEST(PoseSourceTest, AKindThatIsNamedMustFit) {
  const TemporaryFolder folder;
  WritePlainClip(folder / "clip.mp4", 64, 96, 3, 12.0);
  EXPECT_EQ(ReadPoseSource({folder / "clip.mp4"},
                           {.kind = v1::POSE_KIND_DRIVING_VIDEO})
                ->kind,
            v1::POSE_KIND_DRIVING_VIDEO);
  EXPECT_FALSE(
      ReadPoseSource({folder / "clip.mp4"}, {.kind = v1::POSE_KIND_KEYPOINTS})
          .ok());
  const std::string a = folder.Write("a.png", PlainPng(64, 64, 2));
  EXPECT_FALSE(ReadPoseSource({a}, {.kind = v1::POSE_KIND_DRIVING_VIDEO}).ok());
}

TEST(ReferencePoseTest, IsTheFirstThatShowsSomebody) {
  const TemporaryFolder folder;
  PoseSequence motion = WalkingPerson(200, 300, 2);
  motion.frames.insert(motion.frames.begin(), PersonPose());
  const std::string file =
      folder.Write("r.json", ExportPoseKeypointJson(motion));
  const auto pose = ReadReferencePose(file, {});
  ASSERT_TRUE(pose.ok()) << pose.status();
  EXPECT_EQ(pose->width, 200);
  EXPECT_EQ(pose->person.body[kNeck], motion.frames[1].body[kNeck]);
  EXPECT_FALSE(ReadReferencePose(folder / "none.json", {}).ok());
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
