#include "engine/detector/clip_tracker.h"

#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "tests/unit/engine/detector/detector_testing.h"
#include "tests/unit/engine/detector/fake_networks.h"

namespace animate {
namespace {

// A clip of 640x400 whose frames carry their number in the first pixel.
class Clip {
 public:
  using People = std::function<std::vector<FakePerson>(int)>;
  explicit Clip(People people, const TrackOptions& options = Raw())
      : networks_([people](const RgbImage& frame) {
          return people(frame.pixels[0]);
        }),
        tracker_(MakeTracker(options)) {}

  // Without smoothing and repair.
  static TrackOptions Raw() {
    return {.smoothing = PoseSmoothing::kNone, .repair = false};
  }

  absl::StatusOr<PersonPose> Push(int number) {
    RgbImage frame(640, 400);
    frame.pixels[0] = static_cast<uint8_t>(number);
    return tracker_.Push(frame);
  }
  absl::StatusOr<PoseSequence> Finish(int frames) {
    for (int i = 0; i < frames; ++i) {
      const auto person = Push(i);
      if (!person.ok()) return person.status();
    }
    return tracker_.Finish();
  }
  FakeNetworks& networks() { return networks_; }
  ClipTracker& tracker() { return tracker_; }

 private:
  ClipTracker MakeTracker(const TrackOptions& options) {
    MutexLock turn(turn_);
    return ClipTracker(options, turn_, networks_);
  }

  Mutex turn_;
  FakeNetworks networks_;
  ClipTracker tracker_;
};

double MiddleX(const PersonPose& person) {
  return (person.body[0].x + person.body[1].x) / 2;
}

TEST(ClipTracker, FollowsWithoutSearchingAgain) {
  Clip clip([](int frame) -> std::vector<FakePerson> {
    return {{.center = {200.0 + 10 * frame, 200}, .size = 300}};
  });
  for (int i = 0; i < 5; ++i) {
    const auto person = clip.Push(i);
    ASSERT_TRUE(person.ok()) << person.status();
    EXPECT_NEAR(MiddleX(*person), 200.0 + 10 * i, 1e-9);
  }
  EXPECT_EQ(clip.networks().searches, 1);
}

TEST(ClipTracker, StaysWithItsPersonWhenOthersAreMoreVisible) {
  Clip clip([](int frame) -> std::vector<FakePerson> {
    return {{.center = {150.0 + 10 * frame, 200}, .size = 300},
            {.center = {450.0 - 10 * frame, 200},
             .size = 300,
             .confidence = frame == 0 ? 0.5 : 1.0}};
  });
  for (int i = 0; i < 10; ++i) {
    const auto person = clip.Push(i);
    ASSERT_TRUE(person.ok()) << person.status();
    EXPECT_NEAR(MiddleX(*person), 150.0 + 10 * i, 1e-9) << i;
  }
}

TEST(ClipTracker, ChoosesInTheFirstFrameByTheRule) {
  TrackOptions options = Clip::Raw();
  options.detect.choice = {.rule = PersonRule::kLargest};
  Clip clip(
      [](int) -> std::vector<FakePerson> {
        return {{.center = {150, 200}, .size = 300, .confidence = 1.0},
                {.center = {450, 200}, .size = 320, .confidence = 0.6}};
      },
      options);
  EXPECT_NEAR(MiddleX(*clip.Push(0)), 450.0, 1e-9);
}

TEST(ClipTracker, APersonWhoLeavesIsMissingAndFoundAgain) {
  Clip clip([](int frame) -> std::vector<FakePerson> {
    if (frame >= 3 && frame < 6) return {};
    return {{.center = {frame < 3 ? 200.0 : 450.0, 200}, .size = 300}};
  });
  for (int i = 0; i < 8; ++i) {
    const auto person = clip.Push(i);
    ASSERT_TRUE(person.ok()) << person.status();
    if (i >= 3 && i < 6) {
      EXPECT_EQ(*person, PersonPose{}) << i;
    } else {
      EXPECT_NEAR(MiddleX(*person), i < 3 ? 200.0 : 450.0, 1e-9) << i;
    }
  }
}

TEST(ClipTracker, AfterAGapTakesWhoIsNearest) {
  Clip clip([](int frame) -> std::vector<FakePerson> {
    if (frame == 1) return {};
    return {{.center = {150, 200}, .size = 300, .confidence = 0.8},
            {.center = {480, 200},
             .size = 300,
             .confidence = frame == 0 ? 0.5 : 1.0}};
  });
  ASSERT_NEAR(MiddleX(*clip.Push(0)), 150.0, 1e-9);
  ASSERT_TRUE(clip.Push(1).ok());
  EXPECT_NEAR(MiddleX(*clip.Push(2)), 150.0, 1e-9);
}

TEST(ClipTracker, SearchesForSmallPeopleOnlyNowAndThen) {
  Clip clip([](int) { return std::vector<FakePerson>(); });
  ASSERT_TRUE(clip.Push(0).ok());
  const int first = clip.networks().searches;
  EXPECT_GT(first, 10);  // tiles
  for (int i = 1; i < 24; ++i) ASSERT_TRUE(clip.Push(i).ok());
  EXPECT_EQ(clip.networks().searches, first + 23);
  ASSERT_TRUE(clip.Push(24).ok());
  EXPECT_EQ(clip.networks().searches, 2 * first + 23);
}

TEST(ClipTracker, RepairFillsABlackFrame) {
  TrackOptions options = Clip::Raw();
  options.repair = true;
  Clip clip(
      [](int frame) -> std::vector<FakePerson> {
        if (frame == 4) return {};
        return {{.center = {200.0 + 10 * frame, 200}, .size = 300}};
      },
      options);
  const auto sequence = clip.Finish(9);
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  ASSERT_EQ(sequence->frames.size(), 9u);
  EXPECT_NEAR(MiddleX(sequence->frames[4]), 240.0, 1.0);
  EXPECT_GT(sequence->frames[4].body[kNose].confidence, 0.3);
}

TEST(ClipTracker, RepairNeverTakesAwayTheFirstOrLastFrame) {
  TrackOptions options = Clip::Raw();
  options.repair = true;
  Clip clip(
      [](int frame) -> std::vector<FakePerson> {
        const double jump = frame == 0 || frame == 8 ? 60.0 : 0.0;
        return {{.center = {200.0 + jump, 200}, .size = 300}};
      },
      options);
  const auto sequence = clip.Finish(9);
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  EXPECT_NEAR(MiddleX(sequence->frames.front()), 260.0, 1e-9);
  EXPECT_NEAR(MiddleX(sequence->frames.back()), 260.0, 1e-9);
}

TEST(ClipTracker, WithoutRepairAGapStays) {
  Clip clip([](int frame) -> std::vector<FakePerson> {
    if (frame == 4) return {};
    return {{.center = {200, 200}, .size = 300}};
  });
  const auto sequence = clip.Finish(9);
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  EXPECT_EQ(sequence->frames[4], PersonPose{});
  EXPECT_EQ(sequence->width, 640);
  EXPECT_EQ(sequence->height, 400);
  EXPECT_EQ(sequence->fps, 24.0);
}

// The mean step of the steps of a trembling person's middle.
double Trembling(PoseSmoothing smoothing) {
  TrackOptions options = Clip::Raw();
  options.smoothing = smoothing;
  Clip clip(
      [](int frame) -> std::vector<FakePerson> {
        return {{.center = {200.0 + (frame % 2 == 0 ? 0.5 : -0.5), 200},
                 .size = 300}};
      },
      options);
  const auto sequence = clip.Finish(40);
  if (!sequence.ok()) return -1.0;
  double sum = 0.0;
  for (size_t i = 20; i < 39; ++i) {
    sum += std::abs(MiddleX(sequence->frames[i + 1]) -
                    MiddleX(sequence->frames[i]));
  }
  return sum / 19;
}

TEST(ClipTracker, SmoothingCalmsATremblingPerson) {
  EXPECT_NEAR(Trembling(PoseSmoothing::kNone), 1.0, 1e-9);
  const double one_euro = Trembling(PoseSmoothing::kOneEuro);
  EXPECT_GE(one_euro, 0.0);
  EXPECT_LT(one_euro, 0.5);
  const double parabola = Trembling(PoseSmoothing::kSavitzkyGolay);
  EXPECT_GE(parabola, 0.0);
  EXPECT_LT(parabola, 0.5);
}

TEST(ClipTracker, PushIsSmoothedAsFinishIs) {
  TrackOptions options{.repair = false};
  const auto scene = [](int frame) -> std::vector<FakePerson> {
    return {{.center = {200.0 + frame * frame, 200}, .size = 300}};
  };
  Clip clip(scene, options);
  std::vector<PersonPose> pushed;
  for (int i = 0; i < 10; ++i) pushed.push_back(*clip.Push(i));
  const auto sequence = clip.tracker().Finish();
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  EXPECT_EQ(sequence->frames, pushed);
}

TEST(ClipTracker, ConfidencesFollowSlowlyWhereTheBackendAsksForIt) {
  TrackOptions options;
  options.repair = false;
  Clip clip(
      [](int frame) -> std::vector<FakePerson> {
        return {{.center = {200, 200},
                 .size = 300,
                 .confidence = frame == 0 ? 1.0 : 0.5}};
      },
      options);
  EXPECT_NEAR(clip.Push(0)->body[kNose].confidence, 1.0, 1e-9);
  EXPECT_NEAR(clip.Push(1)->body[kNose].confidence, 0.5, 1e-9);
}

TEST(ClipTracker, AFrameWithAnErrorDoesNotCount) {
  Clip clip([](int) -> std::vector<FakePerson> {
    return {{.center = {200, 200}, .size = 300}};
  });
  ASSERT_TRUE(clip.Push(0).ok());
  clip.networks().failure = absl::InternalError("broken");
  EXPECT_EQ(clip.Push(1).status(), absl::InternalError("broken"));
  clip.networks().failure = absl::OkStatus();
  ASSERT_TRUE(clip.Push(1).ok());
  EXPECT_EQ(clip.tracker().Finish()->frames.size(), 2u);
}

TEST(ClipTracker, RefusesFramesOfAnotherSizeAndEmptyOnes) {
  Clip clip([](int) { return std::vector<FakePerson>(); });
  EXPECT_EQ(clip.tracker().Push(RgbImage()).status().code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(clip.Push(0).ok());
  EXPECT_EQ(clip.tracker().Push(RgbImage(640, 401)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ClipTracker, AClipWithoutAnybodyIsAnError) {
  Clip clip([](int) { return std::vector<FakePerson>(); });
  const auto sequence = clip.Finish(3);
  EXPECT_EQ(sequence.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorReason(sequence.status()), kNoPersonFound);
  Clip empty([](int) { return std::vector<FakePerson>(); });
  EXPECT_EQ(GetErrorReason(empty.Finish(0).status()), kNoPersonFound);
}

TEST(ClipTracker, StopsWhenCancelled) {
  CancellationToken token;
  TrackOptions options;
  options.detect.cancellation = &token;
  Clip clip(
      [](int) -> std::vector<FakePerson> {
        return {{.center = {200, 200}, .size = 300}};
      },
      options);
  ASSERT_TRUE(clip.Push(0).ok());
  token.Cancel(absl::CancelledError("enough"));
  EXPECT_EQ(clip.Push(1).status(), absl::CancelledError("enough"));
}

}  // namespace
}  // namespace animate
