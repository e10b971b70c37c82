#include "engine/synth/mocap_clip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/paths.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

// A frame with the root at (x, 0.8, 0) and all joints unturned.
std::string Frame(double duration, double x) {
  std::vector<double> numbers(44, 0.0);
  numbers[0] = duration;
  numbers[1] = x;
  numbers[2] = 0.8;
  // The w of each quaternion: root, chest, neck, then per side hip, ankle,
  // shoulder.
  for (const size_t w : {4, 8, 12, 16, 21, 25, 30, 35, 39}) numbers[w] = 1.0;
  return absl::StrCat("[", absl::StrJoin(numbers, ","), "]");
}

std::string File(const std::string& loop,
                 const std::vector<std::string>& frames) {
  return absl::StrCat("{\"Loop\": \"", loop, "\", \"Frames\": [",
                      absl::StrJoin(frames, ","), "]}");
}

TEST(MocapClipTest, InterpolatesBetweenFrames) {
  const absl::StatusOr<MocapClip> motion = MocapClip::Parse(
      File("none", {Frame(0.5, 0.0), Frame(0.5, 1.0), Frame(0, 3.0)}));
  ASSERT_TRUE(motion.ok()) << motion.status();
  EXPECT_DOUBLE_EQ(motion->duration(), 1.0);
  EXPECT_FALSE(motion->loops());
  EXPECT_DOUBLE_EQ(motion->At(0.25).root_position.x, 0.5);
  EXPECT_DOUBLE_EQ(motion->At(0.75).root_position.x, 2.0);
  EXPECT_DOUBLE_EQ(motion->velocity().x, 3.0);
}

TEST(MocapClipTest, StandsStillBeforeTheBeginningAndBehindTheEnd) {
  const absl::StatusOr<MocapClip> motion =
      MocapClip::Parse(File("none", {Frame(1, 1.0), Frame(0, 3.0)}));
  ASSERT_TRUE(motion.ok()) << motion.status();
  EXPECT_DOUBLE_EQ(motion->At(-1).root_position.x, 1.0);
  EXPECT_DOUBLE_EQ(motion->At(9).root_position.x, 3.0);
}

TEST(MocapClipTest, LoopsGoOnFromWhereTheyEnded) {
  const absl::StatusOr<MocapClip> motion =
      MocapClip::Parse(File("wrap", {Frame(1, 1.0), Frame(0, 3.0)}));
  ASSERT_TRUE(motion.ok()) << motion.status();
  EXPECT_TRUE(motion->loops());
  EXPECT_DOUBLE_EQ(motion->At(1.5).root_position.x, 4.0);
  EXPECT_DOUBLE_EQ(motion->At(2.5).root_position.x, 6.0);
  EXPECT_DOUBLE_EQ(motion->At(2.5).root_position.y, 0.8);
}

TEST(MocapClipTest, RefusesOtherFiles) {
  EXPECT_FALSE(MocapClip::Parse("").ok());
  EXPECT_FALSE(MocapClip::Parse("[]").ok());
  EXPECT_FALSE(MocapClip::Parse("{\"Frames\": 3}").ok());
  EXPECT_FALSE(MocapClip::Parse(File("none", {Frame(1, 0)})).ok());
  EXPECT_FALSE(MocapClip::Parse(File("none", {Frame(0, 0), Frame(0, 1)})).ok());
  EXPECT_FALSE(
      MocapClip::Parse(File("none", {Frame(-1, 0), Frame(1, 1)})).ok());
  EXPECT_THAT(
      std::string(MocapClip::Parse(File("none", {Frame(1, 0), "[1, 2]"}))
                      .status()
                      .message()),
      HasSubstr("frame 1"));
}

TEST(MocapClipTest, ReadsTheDemoMotions) {
  for (const std::string name : {"walk", "dance_b"}) {
    const std::string path = absl::StrCat(
        SourceDir(), "/models/demo_inputs/motions/humanoid3d_", name, ".txt");
    const absl::StatusOr<MocapClip> motion = MocapClip::Parse(ReadFile(path));
    ASSERT_TRUE(motion.ok()) << path << ": " << motion.status();
    EXPECT_TRUE(motion->loops());
    EXPECT_GT(motion->duration(), 1.0);
  }
}

}  // namespace
}  // namespace animate
