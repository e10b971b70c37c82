// What fitting a motion to another body must preserve: properties that hold
// for every clip, with the tolerances of docs/pose.md.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/pose/body_bones.h"
#include "engine/pose/keypoint_layout.h"
#include "engine/pose/retarget.h"
#include "tests/unit/engine/pose/planar_body.h"

namespace animate {
namespace {

constexpr Stage kDriverStage{.x = 500, .ground = 900};
constexpr Stage kReferenceStage{.x = 250, .ground = 700};
constexpr double kPixels = 1e-3;

PoseSequence TallDance() { return Dance(TallBody(), kDriverStage); }
ReferencePose Chibi() { return Standing(ChibiBody(), kReferenceStage); }

RetargetOptions Open(RetargetMode mode = RetargetMode::kSequence) {
  return {.mode = mode, .clamps = NoClamps()};
}

RetargetResult RetargetOrDie(const PoseSequence& driving,
                             const ReferencePose& reference,
                             const RetargetOptions& options) {
  absl::StatusOr<RetargetResult> result = Retarget(driving, reference, options);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : RetargetResult();
}

double LengthOf(const PersonPose& person, const Bone& bone) {
  const Skeleton skeleton = SkeletonOf(person, kMinKeypointConfidence);
  if (!skeleton.seen[bone.parent] || !skeleton.seen[bone.child]) return 0.0;
  return Distance(skeleton.at[bone.parent], skeleton.at[bone.child]);
}

// The longest that a bone becomes, over the reference's length.
double LongestBone(const PoseSequence& poses, const ReferencePose& reference,
                   const Bone& bone) {
  double longest = 0.0;
  for (const PersonPose& person : poses.frames) {
    longest = std::max(longest, LengthOf(person, bone));
  }
  return longest / LengthOf(reference.person, bone);
}

double LowerAnkle(const PersonPose& person) {
  return std::max(person.body[kRightAnkle].y, person.body[kLeftAnkle].y);
}

PoseSequence MovedSequence(PoseSequence sequence, double factor, double dx,
                           double dy) {
  for (PersonPose& person : sequence.frames) {
    person = Moved(person, factor, dx, dy);
  }
  return sequence;
}

PoseSequence MirroredSequence(PoseSequence sequence, double width) {
  for (PersonPose& person : sequence.frames) person = Mirrored(person, width);
  return sequence;
}

TEST(RetargetPropertyTest, EveryBoneHasTheLengthOfTheReferenceInEveryFrame) {
  for (const RetargetMode mode :
       {RetargetMode::kSequence, RetargetMode::kAnchorFrame}) {
    const ReferencePose chibi = Chibi();
    const RetargetResult result = RetargetOrDie(TallDance(), chibi, Open(mode));
    for (const PersonPose& person : result.poses.frames) {
      for (const Bone& bone : kBones) {
        const double wanted = LengthOf(chibi.person, bone);
        ASSERT_NEAR(LengthOf(person, bone), wanted, 1e-3 * wanted)
            << bone.parent << " to " << bone.child;
      }
    }
  }
}

TEST(RetargetPropertyTest, DirectionsOfBonesStay) {
  const PoseSequence dance = TallDance();
  const RetargetResult result = RetargetOrDie(dance, Chibi(), {});
  for (size_t t = 0; t < dance.frames.size(); ++t) {
    const Skeleton before = SkeletonOf(dance.frames[t], 0.3);
    const Skeleton after = SkeletonOf(result.poses.frames[t], 0.3);
    for (const Bone& bone : kBones) {
      const Point from = before.at[bone.child] - before.at[bone.parent];
      const Point to = after.at[bone.child] - after.at[bone.parent];
      const double turn = std::atan2(from.x * to.y - from.y * to.x,
                                     from.x * to.x + from.y * to.y);
      ASSERT_NEAR(turn, 0.0, 1e-6) << "frame " << t;
    }
  }
}

TEST(RetargetPropertyTest, DoingItTwiceChangesNothing) {
  for (const bool ground_lock : {false, true}) {
    RetargetOptions options = Open();
    options.ground_lock = ground_lock;
    const RetargetResult once = RetargetOrDie(TallDance(), Chibi(), options);
    const RetargetResult twice = RetargetOrDie(once.poses, Chibi(), options);
    EXPECT_LT(LargestDifference(once.poses, twice.poses), kPixels);
  }
}

TEST(RetargetPropertyTest, SizeAndPlaceOfTheDriverDoNotMatter) {
  const RetargetResult plain = RetargetOrDie(TallDance(), Chibi(), {});
  const RetargetResult moved =
      RetargetOrDie(MovedSequence(TallDance(), 1.37, 123, -77), Chibi(), {});
  EXPECT_LT(LargestDifference(plain.poses, moved.poses), kPixels);
}

TEST(RetargetPropertyTest, TheResultMovesWithTheReference) {
  const RetargetResult plain = RetargetOrDie(TallDance(), Chibi(), {});
  ReferencePose reference = Chibi();
  reference.person = Moved(reference.person, 0.6, 40, -25);
  const RetargetResult moved = RetargetOrDie(TallDance(), reference, {});
  EXPECT_LT(
      LargestDifference(MovedSequence(plain.poses, 0.6, 40, -25), moved.poses),
      kPixels);
}

TEST(RetargetPropertyTest, MirroredInputsGiveTheMirroredResult) {
  const RetargetResult plain = RetargetOrDie(TallDance(), Chibi(), {});
  ReferencePose reference = Chibi();
  reference.person = Mirrored(reference.person, reference.width);
  const RetargetResult mirrored =
      RetargetOrDie(MirroredSequence(TallDance(), 1024), reference, {});
  EXPECT_LT(LargestDifference(MirroredSequence(plain.poses, reference.width),
                              mirrored.poses),
            kPixels);
}

TEST(RetargetPropertyTest, TheDriversOwnPoseAsReferenceChangesNothing) {
  for (const RetargetMode mode :
       {RetargetMode::kSimilarity, RetargetMode::kAnchorFrame,
        RetargetMode::kSequence}) {
    const PoseSequence dance = TallDance();
    const RetargetResult result = RetargetOrDie(
        dance, {.width = 1024, .height = 1024, .person = dance.frames[0]},
        {.mode = mode, .ground_lock = true});
    EXPECT_LT(LargestDifference(result.poses, dance), kPixels);
  }
}

TEST(RetargetPropertyTest, FeetStayOnTheGround) {
  PoseSequence dance{.width = 1024, .height = 1024, .fps = 24};
  for (int frame = 0; frame < 72; ++frame) {
    PlanarPose pose = DancePose(frame);
    pose.jump = 0.0;
    dance.frames.push_back(PlacePlanar(TallBody(), pose, kDriverStage));
  }
  const auto spread = [&](bool ground_lock) {
    const RetargetResult result = RetargetOrDie(
        dance, Chibi(), {.ground_lock = ground_lock, .clamps = NoClamps()});
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const PersonPose& person : result.poses.frames) {
      low = std::min(low, LowerAnkle(person));
      high = std::max(high, LowerAnkle(person));
    }
    EXPECT_EQ(result.report.ground_locked, ground_lock);
    return high - low;
  };
  EXPECT_LT(spread(true), 0.5);
  EXPECT_GT(spread(false), 0.5);
}

TEST(RetargetPropertyTest, JumpsAreScaledByTheLegs) {
  const PoseSequence dance = TallDance();
  RetargetOptions options = Open();
  options.ground_lock = true;
  const RetargetResult result = RetargetOrDie(dance, Chibi(), options);
  const double leg_ratio = ChibiBody().leg() / TallBody().leg();
  double highest_jump = 0.0;
  for (size_t t = 0; t < dance.frames.size(); ++t) {
    const double from = kDriverStage.ground - LowerAnkle(dance.frames[t]);
    const double to =
        kReferenceStage.ground - LowerAnkle(result.poses.frames[t]);
    EXPECT_NEAR(to, leg_ratio * from, 1e-3 * TallBody().leg());
    highest_jump = std::max(highest_jump, from);
  }
  EXPECT_GT(highest_jump, 50.0);
}

TEST(RetargetPropertyTest, AForeshortenedStartDoesNotMakeLongArms) {
  PoseSequence dance = TallDance();
  for (size_t t = 0; t < 12; ++t) {
    auto& body = dance.frames[t].body;
    for (const auto& [elbow, wrist] :
         {std::pair(kRightElbow, kRightWrist), {kLeftElbow, kLeftWrist}}) {
      body[wrist].x = body[elbow].x + 0.15 * (body[wrist].x - body[elbow].x);
      body[wrist].y = body[elbow].y + 0.15 * (body[wrist].y - body[elbow].y);
    }
  }
  const Bone forearm{kRightElbow, kRightWrist, kForearm};
  const auto longest = [&](RetargetMode mode) {
    return LongestBone(RetargetOrDie(dance, Chibi(), Open(mode)).poses, Chibi(),
                       forearm);
  };
  EXPECT_LE(longest(RetargetMode::kSequence), 1.10);
  // What tools that measure one frame do.
  EXPECT_GT(longest(RetargetMode::kAnchorFrame), 6.0);
}

TEST(RetargetPropertyTest, ATurningDriverDoesNotMakeLongBones) {
  PoseSequence dance = TallDance();
  for (size_t t = 0; t < dance.frames.size(); ++t) {
    const double narrowing = std::cos(2 * M_PI * static_cast<double>(t) / 72);
    ForEachKeypoint(dance.frames[t], [&](Keypoint& point) {
      point.x = kDriverStage.x + narrowing * (point.x - kDriverStage.x);
    });
  }
  const RetargetResult result = RetargetOrDie(dance, Chibi(), Open());
  for (const Bone& bone : kBones) {
    EXPECT_LE(LongestBone(result.poses, Chibi(), bone), 1.10)
        << bone.parent << " to " << bone.child;
  }
}

TEST(RetargetPropertyTest, MissingAnklesBorrowTheRatioOfTheThighs) {
  PoseSequence dance = TallDance();
  for (size_t t = 0; t < dance.frames.size(); ++t) {
    auto& body = dance.frames[t].body;
    body[kRightAnkle] = body[kLeftAnkle] = {};
    if (t % 3 == 0) body[kLeftElbow].confidence = 0.1;
  }
  const RetargetResult result =
      RetargetOrDie(dance, Chibi(), {.ground_lock = true});
  EXPECT_TRUE(CheckPoseSequence(result.poses).ok());
  EXPECT_DOUBLE_EQ(result.report.ratio.at("shin"),
                   result.report.ratio.at("thigh"));
  EXPECT_FALSE(result.report.ground_locked);
  EXPECT_FALSE(result.report.warnings.empty());
}

TEST(RetargetPropertyTest, AHalfBodyHangsOnItsNeck) {
  ReferencePose bust = Chibi();
  for (size_t joint = kRightHip; joint <= kLeftAnkle; ++joint) {
    bust.person.body[joint] = {};
  }
  const RetargetResult result = RetargetOrDie(TallDance(), bust, {});
  EXPECT_EQ(result.report.root, "neck");
  const Point wanted = PointOf(bust.person.body[kNeck]);
  const Point got = PointOf(result.poses.frames[0].body[kNeck]);
  EXPECT_LT(Distance(wanted, got), kPixels);
  EXPECT_TRUE(CheckPoseSequence(result.poses).ok());
}

TEST(RetargetPropertyTest, NoiseBiasesLengthsLittle) {
  PoseSequence noisy = TallDance();
  TestRandom random(7);
  for (PersonPose& person : noisy.frames) {
    ForEachKeypoint(person, [&](Keypoint& point) {
      point.x += 1.5 * random.Normal();
      point.y += 1.5 * random.Normal();
    });
  }
  const RetargetResult exact = RetargetOrDie(TallDance(), Chibi(), Open());
  const RetargetResult result = RetargetOrDie(noisy, Chibi(), Open());
  for (const auto& [name, ratio] : exact.report.ratio) {
    EXPECT_NEAR(result.report.ratio.at(name) / ratio, 1.0, 0.08) << name;
  }
}

TEST(RetargetPropertyTest, SurvivesAnyMaskAndAnyPlace) {
  TestRandom random(11);
  for (int round = 0; round < 60; ++round) {
    PoseSequence dance = Dance(TallBody(), kDriverStage, 1 + round % 9);
    ReferencePose reference = Chibi();
    const double missing = random.Uniform();
    const auto damage = [&](Keypoint& point) {
      if (random.Uniform() < missing) {
        point = {.x = std::numeric_limits<double>::quiet_NaN(),
                 .confidence = random.Uniform() < 0.5 ? 0.0 : -1.0};
      } else if (random.Uniform() < 0.02) {
        point.x = random.Uniform() < 0.5 ? -kMaxCoordinate : kMaxCoordinate;
      } else if (random.Uniform() < 0.05) {
        point = dance.frames[0].body[kNeck];
      }
    };
    for (PersonPose& person : dance.frames) ForEachKeypoint(person, damage);
    ForEachKeypoint(reference.person, damage);
    for (const RetargetMode mode :
         {RetargetMode::kNone, RetargetMode::kSimilarity,
          RetargetMode::kAnchorFrame, RetargetMode::kSequence}) {
      const absl::StatusOr<RetargetResult> result = Retarget(
          dance, reference, {.mode = mode, .ground_lock = round % 2 == 0});
      ASSERT_TRUE(result.ok()) << result.status();
      ASSERT_TRUE(CheckPoseSequence(result->poses).ok());
      for (size_t t = 0; t < dance.frames.size(); ++t) {
        for (size_t i = 0; i < kNumKeypoints; ++i) {
          const Keypoint& point = KeypointAt(result->poses.frames[t], i);
          ASSERT_TRUE(std::isfinite(point.x) && std::isfinite(point.y));
          const double before = KeypointAt(dance.frames[t], i).confidence;
          ASSERT_TRUE(point.confidence == before || point.confidence == 0.0);
        }
      }
    }
  }
}

// Both bodies do the same; the answer is known exactly.
TEST(RetargetPropertyTest, MatchesTheOtherBodysOwnKinematics) {
  const PlanarBody bodies[] = {TallBody(), ChibiBody(),
                               Scaled(TallBody(), 0.6)};
  for (const PlanarBody& from : bodies) {
    for (const PlanarBody& to : bodies) {
      RetargetOptions options = Open();
      options.ground_lock = true;
      const RetargetResult result = RetargetOrDie(
          Dance(from, kDriverStage), Standing(to, kReferenceStage), options);
      const PoseSequence truth = Dance(to, kReferenceStage);
      double sum = 0.0;
      for (size_t t = 0; t < truth.frames.size(); ++t) {
        for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
          sum += Distance(PointOf(truth.frames[t].body[joint]),
                          PointOf(result.poses.frames[t].body[joint]));
        }
      }
      const double joints =
          static_cast<double>(truth.frames.size() * kNumBodyJoints);
      EXPECT_LT(sum / joints, 0.01 * to.height());
    }
  }
}

}  // namespace
}  // namespace animate
