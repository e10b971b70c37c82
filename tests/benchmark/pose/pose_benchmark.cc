// How many poses one core draws and fits per second. docs/pose.md has the
// figures.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>

#include "engine/media/pose_drawing.h"
#include "engine/pose/retarget.h"

namespace animate {
namespace {

constexpr int kWidth = 512;
constexpr int kHeight = 768;

// A person of all 134 points who waves: what a detector gives for a clip.
PersonPose WavingPerson(double phase) {
  constexpr Keypoint kBody[kNumBodyJoints] = {
      {256, 120, 1}, {256, 180, 1}, {206, 182, 1}, {190, 270, 1}, {180, 350, 1},
      {306, 182, 1}, {322, 270, 1}, {332, 350, 1}, {222, 370, 1}, {218, 520, 1},
      {214, 660, 1}, {290, 370, 1}, {294, 520, 1}, {298, 660, 1}, {244, 108, 1},
      {268, 108, 1}, {228, 114, 1}, {284, 114, 1}};
  PersonPose person;
  const double swing = 30.0 * std::sin(phase);
  for (size_t i = 0; i < kNumBodyJoints; ++i) {
    person.body[i] = kBody[i];
    person.body[i].x += swing * (i % 4 == 0 ? 1.0 : 0.4);
  }
  for (size_t i = 0; i < kNumFootPoints; ++i) {
    const Keypoint& ankle = person.body[i < 3 ? kLeftAnkle : kRightAnkle];
    person.feet[i] = {ankle.x + 8.0 * static_cast<double>(i % 3), 690, 1};
  }
  for (size_t i = 0; i < kNumFacePoints; ++i) {
    const double turn = 0.37 * static_cast<double>(i);
    person.face[i] = {person.body[kNose].x + 30.0 * std::cos(turn),
                      120 + 36.0 * std::sin(1.7 * turn), 1};
  }
  for (size_t i = 0; i < kNumHandPoints; ++i) {
    const double x = static_cast<double>(i % 5) * 7.0;
    const double y = static_cast<double>(i / 5) * 9.0;
    const Keypoint& left = person.body[kLeftWrist];
    const Keypoint& right = person.body[kRightWrist];
    person.left_hand[i] = {left.x + x, left.y + y, 1};
    person.right_hand[i] = {right.x - x, right.y + y, 1};
  }
  return person;
}

PoseSequence WavingClip(size_t frames) {
  PoseSequence clip{.width = kWidth, .height = kHeight, .fps = 24.0};
  for (size_t t = 0; t < frames; ++t) {
    clip.frames.push_back(WavingPerson(0.2 * static_cast<double>(t)));
  }
  return clip;
}

void SetFramesPerSecond(benchmark::State& state, size_t frames) {
  state.counters["frames/s"] =
      benchmark::Counter(static_cast<double>(frames),
                         benchmark::Counter::kIsIterationInvariantRate);
}

void BM_RenderPose(benchmark::State& state) {
  const PoseFrame pose{kWidth, kHeight, {WavingPerson(0.4)}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(RenderPose(pose, kWidth, kHeight));
  }
  SetFramesPerSecond(state, 1);
}
BENCHMARK(BM_RenderPose)->Unit(benchmark::kMicrosecond);

void BM_RenderPoseBodyOnly(benchmark::State& state) {
  const PoseFrame pose{kWidth, kHeight, {WavingPerson(0.4)}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        RenderPose(pose, kWidth, kHeight, {.hands = false, .face = false}));
  }
  SetFramesPerSecond(state, 1);
}
BENCHMARK(BM_RenderPoseBodyOnly)->Unit(benchmark::kMicrosecond);

void BM_Retarget(benchmark::State& state, RetargetMode mode, bool ground_lock) {
  const auto frames = static_cast<size_t>(state.range(0));
  const PoseSequence clip = WavingClip(frames);
  ReferencePose reference{kWidth, kHeight, WavingPerson(1.0)};
  ForEachKeypoint(reference.person, [](Keypoint& point) {
    point.x *= 0.5;
    point.y *= 0.5;
  });
  const RetargetOptions options{.mode = mode, .ground_lock = ground_lock};
  for (auto _ : state) {
    benchmark::DoNotOptimize(Retarget(clip, reference, options));
  }
  SetFramesPerSecond(state, frames);
}
BENCHMARK_CAPTURE(BM_Retarget, similarity, RetargetMode::kSimilarity, false)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Retarget, anchor_frame, RetargetMode::kAnchorFrame, false)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Retarget, sequence, RetargetMode::kSequence, true)
    ->Arg(100)
    ->Arg(1000)
    ->Arg(10000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace animate
