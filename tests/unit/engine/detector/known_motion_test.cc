// A photo that is moved, turned and scaled in a known way: the track has to
// follow it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "engine/detector/pose_detector.h"
#include "tests/unit/engine/detector/detector_testing.h"

namespace animate {
namespace {

// How a photo moves through the frames of a clip, and back.
struct Motion {
  int side = 0;        // of the frames, pixels
  double scale = 1.0;  // of the photo, on average
  double pan = 0.0;    // pixels
  double zoom = 0.0;   // share of the scale
  double turn = 0.0;   // radians
};

Placement PlacementAt(double time, const Motion& motion) {
  const double swing = std::sin(2 * M_PI * time);
  return {.center = {motion.side / 2.0 + motion.pan * (time - 0.5),
                     motion.side / 2.0 + motion.pan * 0.2 * swing},
          .scale = motion.scale * (1.0 + motion.zoom / 2 * swing),
          .rotation = motion.turn * std::sin(M_PI * time)};
}

std::unique_ptr<PoseDetector> LoadDetector() {
  auto detector = LoadPoseDetector({.folder = DetectorDir()});
  EXPECT_TRUE(detector.ok()) << detector.status();
  return detector.ok() ? *std::move(detector) : nullptr;
}

struct TrackError {
  double mean = 0.0;  // pixels
  double worst = 0.0;
};

// Distances of the joints that are seen in the photo from where the motion
// takes them.
TrackError ErrorOf(const PoseSequence& track, const PersonPose& still,
                   const RgbImage& photo, const Motion& motion) {
  TrackError error;
  size_t count = 0;
  for (size_t i = 0; i < track.frames.size(); ++i) {
    const Placement placement = PlacementAt(
        static_cast<double>(i) / static_cast<double>(track.frames.size()),
        motion);
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      if (still.body[joint].confidence < 0.9) continue;
      const Point want = PlacedPoint(PointOf(still.body[joint]), placement,
                                     photo.width, photo.height);
      const double off = Distance(PointOf(track.frames[i].body[joint]), want);
      error.mean += off;
      error.worst = std::max(error.worst, off);
      ++count;
    }
  }
  error.mean /= static_cast<double>(std::max<size_t>(count, 1));
  return error;
}

// `body_height` of the whole figure over the height of the photo.
void ExpectTrackFollows(const std::string& name, double body_height,
                        const Motion& motion, PoseSmoothing smoothing) {
  constexpr int kFrames = 24;
  const std::optional<RgbImage> photo = ReadPhoto(name);
  if (!photo) {
    GTEST_SKIP() << "no ../shared/data/real beside the repository: " << name
                 << " was not tried";
  }
  const auto detector = LoadDetector();
  ASSERT_NE(detector, nullptr);
  const auto still = detector->DetectPerson(*photo, {});
  ASSERT_TRUE(still.ok()) << still.status();
  auto tracker = detector->NewTracker({.fps = 30.0, .smoothing = smoothing});
  ASSERT_TRUE(tracker.ok()) << tracker.status();
  for (int i = 0; i < kFrames; ++i) {
    const RgbImage frame =
        Placed(*photo, PlacementAt(1.0 * i / kFrames, motion), motion.side,
               motion.side);
    const auto person = (*tracker)->Push(frame);
    ASSERT_TRUE(person.ok()) << person.status();
    ASSERT_GT(person->body[kNose].confidence, 0.9) << i;
  }
  const auto track = (*tracker)->Finish();
  ASSERT_TRUE(track.ok()) << track.status();
  const TrackError error = ErrorOf(*track, still->people[0], *photo, motion);
  const double height = body_height * motion.scale * photo->height;
  std::printf("%s: mean %.2f px, worst %.2f px of a person of %.0f px\n",
              name.c_str(), error.mean, error.worst, height);
  // The network itself moves by 1 % when a still picture does.
  EXPECT_LE(error.mean, 0.02 * height);
  EXPECT_LE(error.worst, 0.06 * height);
}

// The camera moves within the photo.
TEST(KnownMotion, TrackFollowsAHalfBody) {
  ExpectTrackFollows(
      "astronaut", 1.8,
      {.side = 400, .scale = 1.05, .pan = 50.0, .zoom = 0.1, .turn = 0.07},
      PoseSmoothing::kOneEuro);
}

// The photo moves on grey.
constexpr Motion kWholeBodyMotion = {
    .side = 640, .scale = 0.68, .pan = 90.0, .zoom = 0.2, .turn = 0.25};

TEST(KnownMotion, TrackFollowsAWholeBody) {
  ExpectTrackFollows("anyone-2", 0.95, kWholeBodyMotion,
                     PoseSmoothing::kOneEuro);
}

TEST(KnownMotion, TrackFollowsWithSavitzkyGolay) {
  ExpectTrackFollows("anyone-10", 0.9, kWholeBodyMotion,
                     PoseSmoothing::kSavitzkyGolay);
}

TEST(KnownMotion, ABlackFrameIsFilledAndAPersonWhoReturnsIsFound) {
  const std::optional<RgbImage> photo = ReadPhoto("astronaut");
  ASSERT_TRUE(photo);
  const auto detector = LoadDetector();
  ASSERT_NE(detector, nullptr);
  auto tracker = detector->NewTracker({});
  ASSERT_TRUE(tracker.ok()) << tracker.status();
  const RgbImage black(512, 512);
  const RgbImage grey = PlainPicture(512, 512, 128);
  // Here, a flash of black, here, away for half a second, back.
  std::vector<const RgbImage*> clip(3, &*photo);
  clip.push_back(&black);
  clip.insert(clip.end(), 3, &*photo);
  clip.insert(clip.end(), 12, &grey);
  clip.insert(clip.end(), 3, &*photo);
  for (size_t i = 0; i < clip.size(); ++i) {
    const auto person = (*tracker)->Push(*clip[i]);
    ASSERT_TRUE(person.ok()) << person.status();
    EXPECT_EQ(person->body[kNose].confidence > 0.0, clip[i] == &*photo) << i;
  }
  const auto track = (*tracker)->Finish();
  ASSERT_TRUE(track.ok()) << track.status();
  const auto& frames = track->frames;
  EXPECT_GT(frames[3].body[kNose].confidence, 0.3);
  EXPECT_LE(
      Distance(PointOf(frames[3].body[kNose]), PointOf(frames[2].body[kNose])),
      2.0);
  EXPECT_EQ(frames[12].body[kNose].confidence, 0.0);
  EXPECT_LE(
      Distance(PointOf(frames[21].body[kNose]), PointOf(frames[0].body[kNose])),
      5.0);
}

}  // namespace
}  // namespace animate
