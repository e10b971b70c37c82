#include "engine/pose/pose_sequence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "engine/base/error.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

PersonPose At(double x, double confidence = 1.0) {
  PersonPose person;
  for (Keypoint& joint : person.body) joint = {x, x, confidence};
  return person;
}

PoseSequence Valid() {
  return {.width = 64, .height = 64, .fps = 24, .frames = {At(1), At(2)}};
}

std::string FaultOf(const PoseSequence& sequence) {
  const absl::Status status = CheckPoseSequence(sequence);
  if (status.ok()) return "";
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorReason(status), "BAD_POSE_INPUT");
  return std::string(status.message());
}

TEST(PoseSequenceTest, LimitsAreChecked) {
  EXPECT_EQ(FaultOf(Valid()), "");
  PoseSequence sequence = Valid();
  sequence.width = 0;
  EXPECT_THAT(FaultOf(sequence), HasSubstr("got 0x64"));
  sequence = Valid();
  sequence.height = kMaxPoseSide + 1;
  EXPECT_THAT(FaultOf(sequence), HasSubstr("64x8193"));
  sequence = Valid();
  sequence.fps = kNan;
  EXPECT_THAT(FaultOf(sequence), HasSubstr("frames per second"));
  sequence = Valid();
  sequence.frames.clear();
  EXPECT_THAT(FaultOf(sequence), HasSubstr("got 0"));
  sequence.frames.resize(kMaxPoseFrames + 1);
  EXPECT_THAT(FaultOf(sequence), HasSubstr("20001"));
}

TEST(PoseSequenceTest, TheFirstBadFrameIsNamed) {
  PoseSequence sequence = Valid();
  sequence.frames[1].face[3] = {5, kNan, 0.5};
  EXPECT_THAT(FaultOf(sequence), HasSubstr("frame 1: keypoint 27"));
  sequence.frames[0].body[kNose].x = 1e30;
  EXPECT_THAT(FaultOf(sequence), HasSubstr("frame 0: keypoint 0"));
}

TEST(PoseSequenceTest, MissingPointsMayHaveAnyPlaceButAConfidence) {
  PoseSequence sequence = Valid();
  sequence.frames[0].body[kNose] = {kNan, 1e300, 0.0};
  EXPECT_EQ(FaultOf(sequence), "");
  ClearMissing(sequence.frames[0]);
  EXPECT_EQ(sequence.frames[0].body[kNose], Keypoint());
  sequence.frames[0].body[kNose].confidence = kNan;
  EXPECT_NE(FaultOf(sequence), "");
}

TEST(FollowPersonTest, BeginsWithTheMostConfidentAndGoesOnWithTheNearest) {
  const PeopleSequence people{
      .width = 64,
      .height = 32,
      .fps = 12,
      .frames = {{}, {At(10, 0.5), At(50, 0.9)}, {At(49, 0.4), At(11, 1.0)}}};
  const PoseSequence followed = FollowPerson(people);
  EXPECT_EQ(followed.width, 64);
  EXPECT_EQ(followed.height, 32);
  EXPECT_EQ(followed.fps, 12);
  EXPECT_EQ(followed.frames,
            (std::vector<PersonPose>{{}, At(50, 0.9), At(49, 0.4)}));
}

TEST(FollowPersonTest, FindsThePersonAgainAfterAGap) {
  const PeopleSequence people{.frames = {{At(50)}, {}, {At(10), At(52)}}};
  EXPECT_EQ(FollowPerson(people).frames[2], At(52));
}

TEST(FollowPersonTest, AnIndexIsTakenLiterally) {
  const PeopleSequence people{.frames = {{At(1), At(2)}, {At(3)}}};
  EXPECT_EQ(FollowPerson(people, 1).frames,
            (std::vector<PersonPose>{At(2), {}}));
}

}  // namespace
}  // namespace animate
