#include "engine/pose/retarget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "engine/pose/body_bones.h"
#include "tests/unit/engine/pose/planar_body.h"

namespace animate {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Stage kDriverStage{.x = 500, .ground = 900};
constexpr Stage kReferenceStage{.x = 250, .ground = 700};

PoseSequence TallDance() { return Dance(TallBody(), kDriverStage); }
ReferencePose Chibi() { return Standing(ChibiBody(), kReferenceStage); }

std::string FaultOf(const PoseSequence& driving, const ReferencePose& reference,
                    const RetargetOptions& options) {
  const auto result = Retarget(driving, reference, options);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(result.status().message());
}

TEST(RetargetTest, NoneKeepsTheMotionAndItsCanvas) {
  const auto result =
      Retarget(TallDance(), Chibi(), {.mode = RetargetMode::kNone});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->poses, TallDance());
  EXPECT_EQ(result->report.root, "none");
}

TEST(RetargetTest, SimilarityMovesAllPointsAlike) {
  const PoseSequence dance = TallDance();
  const auto result =
      Retarget(dance, Chibi(), {.mode = RetargetMode::kSimilarity});
  ASSERT_TRUE(result.ok());
  const double scale = result->report.global_scale;
  const Point from =
      SkeletonOf(dance.frames[0], kMinKeypointConfidence).at[kMidHip];
  const Point to =
      SkeletonOf(Chibi().person, kMinKeypointConfidence).at[kMidHip];
  PoseSequence expected = dance;
  for (PersonPose& person : expected.frames) {
    person = Moved(person, scale, to.x - scale * from.x, to.y - scale * from.y);
  }
  EXPECT_LT(LargestDifference(result->poses, expected), 1e-9);
  EXPECT_THAT(result->report.ratio, IsEmpty());
}

TEST(RetargetTest, TheResultIsOnTheCanvasOfTheReference) {
  const auto result = Retarget(TallDance(), Chibi(), {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->poses.width, 512);
  EXPECT_EQ(result->poses.height, 768);
  EXPECT_EQ(result->poses.fps, 24.0);
  EXPECT_EQ(result->report.outside, 0.0);
}

TEST(RetargetTest, TheAnchorFrameStandsWhereTheReferenceDoes) {
  for (const size_t anchor : {0, 30}) {
    const auto result =
        Retarget(TallDance(), Chibi(), {.anchor_frame = anchor});
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->report.anchor_frame, anchor);
    EXPECT_EQ(result->report.root, "mid_hip");
    const Point root =
        SkeletonOf(result->poses.frames[anchor], 0.3).at[kMidHip];
    EXPECT_LT(Distance(root, SkeletonOf(Chibi().person, 0.3).at[kMidHip]),
              1e-9);
  }
}

TEST(RetargetTest, AnAnchorWithoutTheRootGoesToTheNextFrame) {
  PoseSequence dance = TallDance();
  dance.frames[0] = dance.frames[1] = {};
  const auto result = Retarget(dance, Chibi(), {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->report.anchor_frame, 2U);
  EXPECT_EQ(result->poses.frames[0], PersonPose());
}

TEST(RetargetTest, ClampsAreReported) {
  ReferencePose reference = Chibi();
  Keypoint& wrist = reference.person.body[kLeftWrist];
  wrist.y += 500;
  const auto result = Retarget(TallDance(), reference, {});
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(result->report.clamped, Contains("forearm"));
  EXPECT_NEAR(result->report.ratio.at("forearm"),
              2.0 * result->report.global_scale, 1e-9);
}

TEST(RetargetTest, WithoutAReferenceThePersonIsFittedIntoThePicture) {
  const ReferencePose nobody{.width = 512, .height = 768};
  const auto result = Retarget(TallDance(), nobody, {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->report.root, "none");
  EXPECT_EQ(result->report.outside, 0.0);
  EXPECT_THAT(result->report.warnings, Contains(HasSubstr("fitted")));
  double left = 1e9;
  for (const PersonPose& person : result->poses.frames) {
    ForEachKeypoint(person, [&](const Keypoint& point) {
      left = std::min(left, point.x);
      EXPECT_GE(point.x, 0.05 * 512 - 1e-6);
      EXPECT_LE(point.x, 0.95 * 512 + 1e-6);
      EXPECT_GE(point.y, 0.05 * 768 - 1e-6);
    });
  }
  EXPECT_NEAR(left, 0.05 * 512, 1e-6);
}

TEST(RetargetTest, NobodyMovingStaysNobody) {
  PoseSequence nobody{.width = 64, .height = 64, .frames = {{}, {}}};
  const auto result = Retarget(nobody, Chibi(), {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->poses.frames, nobody.frames);
  EXPECT_THAT(result->report.warnings, Contains(HasSubstr("nobody")));
}

TEST(RetargetTest, PointsOutsideAreCounted) {
  ReferencePose reference = Chibi();
  reference.person = Moved(reference.person, 1.0, -5000, 0);
  const auto result = Retarget(TallDance(), reference, {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->report.outside, 1.0);
}

TEST(RetargetTest, BadInputIsNamed) {
  PoseSequence broken = TallDance();
  broken.frames[5].body[kNose].x = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(FaultOf(broken, Chibi(), {}), HasSubstr("frame 5"));
  ReferencePose reference = Chibi();
  reference.person.body[kNose].x = 1e30;
  EXPECT_THAT(FaultOf(TallDance(), reference, {}), HasSubstr("reference pose"));
  reference = Chibi();
  reference.width = 0;
  EXPECT_THAT(FaultOf(TallDance(), reference, {}), HasSubstr("0x768"));
  EXPECT_THAT(FaultOf(TallDance(), Chibi(), {.anchor_frame = 72}),
              HasSubstr("anchor_frame"));
  EXPECT_THAT(FaultOf(TallDance(), Chibi(), {.confidence_threshold = 1.5}),
              HasSubstr("confidence_threshold"));
  EXPECT_THAT(FaultOf(TallDance(), Chibi(), {.clamps = {.limb = 0.5}}),
              HasSubstr("clamps"));
}

}  // namespace
}  // namespace animate
