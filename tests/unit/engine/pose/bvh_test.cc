#include "engine/pose/bvh.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "engine/pose/rotation.h"
#include "tests/unit/engine/pose/file_bytes.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

std::string Hierarchy(const std::string& channels, const std::string& motion) {
  return "HIERARCHY\nROOT hips\n{\nOFFSET 1 2 3\nCHANNELS 6 Xposition "
         "Yposition Zposition Zrotation Xrotation Yrotation\nJOINT an arm\n{\n"
         "OFFSET 10 0 0\nCHANNELS " +
         channels + "\nEnd Site\n{\nOFFSET 5 0 0\n}\n}\n}\nMOTION\n" + motion;
}

std::string FaultOf(const std::string& text) {
  const auto clip = ParseBvh(text);
  EXPECT_EQ(clip.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(clip.status().message());
}

void ExpectAt(const Vector3& got, double x, double y, double z) {
  EXPECT_NEAR(got.x, x, 1e-9);
  EXPECT_NEAR(got.y, y, 1e-9);
  EXPECT_NEAR(got.z, z, 1e-9);
}

TEST(BvhTest, ReadsJointsAndTimes) {
  const auto clip = ParseBvh(
      Hierarchy("1 Zrotation", "Frames: 1\nFrame Time: 0.04\n0 0 0 0 0 0 0"));
  ASSERT_TRUE(clip.ok()) << clip.status();
  ASSERT_EQ(clip->joints.size(), 3U);
  EXPECT_EQ(clip->joints[1].name, "an arm");
  EXPECT_EQ(clip->joints[2].parent, 1);
  EXPECT_EQ(clip->frame_count, 1U);
  EXPECT_EQ(clip->frame_time, 0.04);
  EXPECT_EQ(clip->channel_count, 7U);
}

TEST(BvhTest, TurnsInTheOrderOfTheChannels) {
  const auto clip =
      ParseBvh(Hierarchy("2 Zrotation Xrotation",
                         "Frames: 1\nFrame Time: 0.04\n100 0 0 90 0 0 0 0\n"));
  ASSERT_TRUE(clip.ok()) << clip.status();
  const auto joints = clip->PlaceJoints(0);
  // The root is at offset plus position and points up after a quarter turn.
  ExpectAt(joints[0].position, 101, 2, 3);
  ExpectAt(joints[1].position, 101, 12, 3);
  ExpectAt(joints[2].position, 101, 17, 3);
  ExpectAt(clip->RestPose()[2].position, 16, 2, 3);
}

TEST(BvhTest, RotationsAreRightHanded) {
  ExpectAt(Rotate(AboutX(M_PI / 2), Vector3{0, 1, 0}), 0, 0, 1);
  ExpectAt(Rotate(AboutY(M_PI / 2), Vector3{0, 0, 1}), 1, 0, 0);
  ExpectAt(Rotate(AboutZ(M_PI / 2), Vector3{1, 0, 0}), 0, 1, 0);
  // First b, then a.
  ExpectAt(Rotate(AboutZ(M_PI / 2) * AboutX(M_PI / 2), Vector3{0, 1, 0}), 0, 0,
           1);
}

TEST(BvhTest, PositionsBelowTheRootReplaceTheOffset) {
  const auto clip =
      ParseBvh(Hierarchy("3 Xposition Yposition Zposition",
                         "Frames: 1\nFrame Time: 1\n0 0 0 0 0 0 10 1 0"));
  ASSERT_TRUE(clip.ok()) << clip.status();
  ExpectAt(clip->PlaceJoints(0)[1].position, 11, 3, 3);
}

TEST(BvhTest, FaultsHaveALine) {
  const std::string good = SmallBvh();
  ASSERT_TRUE(ParseBvh(good).ok()) << ParseBvh(good).status();
  const auto changed = [&](const std::string& from, const std::string& to) {
    return FaultOf(absl::StrReplaceAll(good, {{from, to}}));
  };
  EXPECT_THAT(changed("ROOT", "BOOT"), HasSubstr("line 2: want ROOT"));
  EXPECT_THAT(changed("Zrotation", "Wrotation"), HasSubstr("no channel"));
  EXPECT_THAT(changed("OFFSET 0 -45 0", "OFFSET 0 nan 0"),
              HasSubstr("no number"));
  EXPECT_THAT(changed("CHANNELS 6", "CHANNELS 7"), HasSubstr("no count"));
  EXPECT_THAT(changed("Frames: 5", "Frames: 0"), HasSubstr("no frames"));
  EXPECT_THAT(changed("Frames: 5", "Frames: 6"), HasSubstr("no number"));
  EXPECT_THAT(changed("Frames: 5", "Frames: 200000"), HasSubstr("fewer"));
  EXPECT_THAT(changed("0.0083333333", "0"), HasSubstr("frame time"));
  EXPECT_THAT(FaultOf(""), HasSubstr("HIERARCHY"));
}

TEST(BvhTest, DeepHierarchiesEnd) {
  std::string text = "HIERARCHY\nROOT a\n{\n";
  for (int i = 0; i < 100'000; ++i) text += "JOINT b\n{\n";
  EXPECT_THAT(FaultOf(text), HasSubstr("1000 joints"));
}

}  // namespace
}  // namespace animate
