#include "server/worker/motion_fitting.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "engine/base/error.h"
#include "engine/media/pose_drawing.h"
#include "tests/support/fake_pose_detector.h"
#include "tests/support/job_specs.h"
#include "tests/support/standing_person.h"

namespace animate {
namespace {

constexpr double kTall = 200.0;   // the driver, pixels of its canvas
constexpr double kSmall = 100.0;  // the reference, pixels of its picture

// The reference picture is twice as wide as the job's frames and as high.
RgbImage ReferencePicture() { return RgbImage(128, 64); }

PersonPose ReferencePerson() { return StandingPerson(64, 60, kSmall * 0.5); }

PoseSequence Driver() {
  PoseSequence motion{.width = 256, .height = 256, .fps = 24.0};
  motion.frames = {StandingPerson(100, 240, kTall),
                   StandingPerson(120, 240, kTall)};
  return motion;
}

JobSpec SpecWith(const RetargetSpec& retarget) {
  JobSpec spec = SmallJobSpec();
  spec.retarget = retarget;
  return spec;
}

absl::StatusOr<FittedMotion> Fit(const JobSpec& spec,
                                 PoseDetector* detector = nullptr) {
  const CancellationToken token;
  return FitMotion(Driver(), ReferencePicture(), spec, detector, token);
}

TEST(FitMotionTest, LeavesTheMotionAloneUnlessAsked) {
  const auto fitted = Fit(SmallJobSpec());
  ASSERT_TRUE(fitted.ok()) << fitted.status();
  EXPECT_EQ(fitted->poses, Driver());
  EXPECT_FALSE(fitted->outcome.has_value());
}

TEST(FitMotionTest, ModeNoneKeepsTheMotionAndReports) {
  RetargetSpec retarget{.mode_named = true};
  retarget.options.mode = RetargetMode::kNone;
  const auto fitted = Fit(SpecWith(retarget));
  ASSERT_TRUE(fitted.ok()) << fitted.status();
  EXPECT_EQ(fitted->poses, Driver());
  ASSERT_TRUE(fitted->outcome.has_value());
  EXPECT_EQ(fitted->outcome->mode, RetargetMode::kNone);
  EXPECT_TRUE(fitted->outcome->report.warnings.empty());
}

TEST(FitMotionTest, PutsTheDriverIntoTheSentReferenceOnTheJobsCanvas) {
  RetargetSpec retarget{.mode_named = true};
  retarget.options.mode = RetargetMode::kSimilarity;
  retarget.reference_pose = ReferencePerson();
  const auto fitted = Fit(SpecWith(retarget));
  ASSERT_TRUE(fitted.ok()) << fitted.status();
  EXPECT_EQ(fitted->poses.width, 64);
  EXPECT_EQ(fitted->poses.height, 64);
  // The picture is squeezed to half its width; so is its person.
  const Keypoint& hip = fitted->poses.frames[0].body[kRightHip];
  const Keypoint& other = fitted->poses.frames[0].body[kLeftHip];
  EXPECT_NEAR((hip.x + other.x) / 2, 32.0, 1e-6);
  EXPECT_NEAR(fitted->outcome->report.global_scale, kSmall * 0.5 / kTall, 0.05);
  EXPECT_FALSE(fitted->outcome->reference_detected);
}

TEST(FitMotionTest, PixelsAndPartsOfThePictureMeanTheSame) {
  RetargetSpec pixels{.mode_named = true};
  pixels.reference_pose = ReferencePerson();
  RetargetSpec parts = pixels;
  parts.reference_normalized = true;
  ForEachKeypoint(*parts.reference_pose, [](Keypoint& point) {
    point.x /= 128.0;
    point.y /= 64.0;
  });
  const auto a = Fit(SpecWith(pixels));
  const auto b = Fit(SpecWith(parts));
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_NEAR(a->poses.frames[1].body[kNose].x,
              b->poses.frames[1].body[kNose].x, 1e-9);
}

TEST(FitMotionTest, FindsTheReferenceInItsPicture) {
  FakePoseDetector detector([](const RgbImage&) { return ReferencePerson(); });
  RetargetSpec sent{.mode_named = true};
  sent.reference_pose = ReferencePerson();
  const auto found = Fit(SpecWith({.mode_named = true}), &detector);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->outcome->reference_detected);
  EXPECT_EQ(found->poses, Fit(SpecWith(sent))->poses);
}

TEST(FitMotionTest, ShrinksAReferenceThatIsTooLargeToLookAt) {
  FakePoseDetector detector([](const RgbImage& picture) {
    EXPECT_LE(std::max(picture.width, picture.height), kMaxPoseSide);
    return StandingPerson(picture.width / 2.0, picture.height, picture.height);
  });
  const CancellationToken token;
  const auto fitted =
      FitMotion(Driver(), RgbImage(9000, 9), SpecWith({}), &detector, token);
  ASSERT_TRUE(fitted.ok()) << fitted.status();
  EXPECT_NEAR(fitted->poses.frames[0].body[kNeck].x, 32.0, 1.0);
}

TEST(FitMotionTest, AnEmptyReferenceIsAnErrorOnlyWhenAModeWasNamed) {
  FakePoseDetector nobody;
  const absl::Status status =
      Fit(SpecWith({.mode_named = true}), &nobody).status();
  EXPECT_EQ(GetErrorReason(status), "NO_PERSON_FOUND");
  EXPECT_EQ(GetErrorDetails(status)->field_violations.at(0).field,
            "inputs.reference");

  const auto fitted = Fit(SpecWith({}), &nobody);
  ASSERT_TRUE(fitted.ok()) << fitted.status();
  EXPECT_EQ(fitted->poses, Driver());
  EXPECT_EQ(fitted->outcome->mode, RetargetMode::kNone);
  ASSERT_EQ(fitted->outcome->report.warnings.size(), 1u);
  EXPECT_TRUE(
      absl::StrContains(fitted->outcome->report.warnings[0], "as it is"));
}

TEST(FitMotionTest, NoDetectorIsAnErrorOnlyWhenAModeWasNamed) {
  EXPECT_EQ(GetErrorReason(Fit(SpecWith({.mode_named = true})).status()),
            "POSE_DETECTOR_MISSING");
  const auto fitted = Fit(SpecWith({}));
  ASSERT_TRUE(fitted.ok()) << fitted.status();
  EXPECT_EQ(fitted->outcome->report.warnings.size(), 1u);
}

TEST(FitMotionTest, AReferencePoseFarAwayIsNamed) {
  RetargetSpec retarget{.mode_named = true, .reference_normalized = true};
  retarget.reference_pose = StandingPerson(99'999, 50, 10);
  const absl::Status status = Fit(SpecWith(retarget)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorDetails(status)->field_violations.at(0).field,
            "spec.retarget.reference_pose");
}

TEST(FitMotionTest, CancellingStopsTheSearch) {
  CancellationToken token;
  FakePoseDetector detector([](const RgbImage&) { return ReferencePerson(); });
  detector.OnEachLook([&] { token.Cancel(absl::CancelledError("enough")); });
  EXPECT_EQ(
      FitMotion(Driver(), ReferencePicture(), SpecWith({}), &detector, token)
          .status()
          .code(),
      absl::StatusCode::kCancelled);
}

TEST(DrawMotionTest, DrawsEachFrameAndStopsWhenCancelled) {
  CancellationToken token;
  const AnimationSpec spec = SmallAnimationSpec();
  const auto pictures = DrawMotion(Driver(), spec, token);
  ASSERT_TRUE(pictures.ok()) << pictures.status();
  ASSERT_EQ(pictures->size(), 2u);
  EXPECT_EQ(
      (*pictures)[1],
      RenderPose({.width = 256, .height = 256, .people = {Driver().frames[1]}},
                 64, 64));
  token.Cancel(absl::CancelledError("enough"));
  EXPECT_EQ(DrawMotion(Driver(), spec, token).status().code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace animate
