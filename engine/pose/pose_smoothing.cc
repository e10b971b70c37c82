#include "engine/pose/pose_smoothing.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/pose/body_bones.h"

namespace animate {
namespace {

constexpr size_t kWindow = 7;
constexpr size_t kRadius = kWindow / 2;

// The parabola that fits 7 values best, at `place`, [-3, 3] from the middle.
double ParabolaAt(const double* values, double place) {
  double sum = 0.0;
  double sum_x = 0.0;
  double sum_xx = 0.0;
  for (size_t i = 0; i < kWindow; ++i) {
    const double x = static_cast<double>(i) - static_cast<double>(kRadius);
    sum += values[i];
    sum_x += x * values[i];
    sum_xx += x * x * values[i];
  }
  // Sums of x^2 and x^4 over the window are 28 and 196.
  constexpr double kDeterminant = 7.0 * 196.0 - 28.0 * 28.0;
  const double constant = (196.0 * sum - 28.0 * sum_xx) / kDeterminant;
  const double linear = sum_x / 28.0;
  const double square = (7.0 * sum_xx - 28.0 * sum) / kDeterminant;
  return constant + linear * place + square * place * place;
}

std::vector<double> Smoothed(const std::vector<double>& values) {
  std::vector<double> smoothed(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t begin =
        std::min(i - std::min(i, kRadius), values.size() - kWindow);
    smoothed[i] =
        ParabolaAt(values.data() + begin, static_cast<double>(i - begin) -
                                              static_cast<double>(kRadius));
  }
  return smoothed;
}

// Smooths keypoint `index` in the frames [begin, end).
void SmoothRun(PoseSequence& sequence, size_t index, size_t begin, size_t end) {
  if (end - begin < kWindow) return;
  std::vector<double> x;
  std::vector<double> y;
  for (size_t t = begin; t < end; ++t) {
    x.push_back(KeypointAt(sequence.frames[t], index).x);
    y.push_back(KeypointAt(sequence.frames[t], index).y);
  }
  x = Smoothed(x);
  y = Smoothed(y);
  for (size_t t = begin; t < end; ++t) {
    Keypoint& point = KeypointAt(sequence.frames[t], index);
    point.x = x[t - begin];
    point.y = y[t - begin];
  }
}

}  // namespace

void SmoothSavitzkyGolay(PoseSequence& sequence) {
  for (size_t index = 0; index < kNumKeypoints; ++index) {
    size_t begin = 0;
    for (size_t t = 0; t <= sequence.frames.size(); ++t) {
      if (t < sequence.frames.size() &&
          IsSeen(KeypointAt(sequence.frames[t], index),
                 kMinKeypointConfidence)) {
        continue;
      }
      SmoothRun(sequence, index, begin, t);
      begin = t + 1;
    }
  }
}

double OneEuroFilter::Alpha(double cutoff_hz) const {
  return 1.0 / (1.0 + fps_ / (2.0 * M_PI * cutoff_hz));
}

double OneEuroFilter::Step(double measured, Coordinate& state) const {
  const double speed = (measured - state.value) / *torso_ * fps_;
  state.speed += Alpha(options_.derivative_cutoff_hz) * (speed - state.speed);
  const double cutoff =
      options_.min_cutoff_hz + options_.beta * std::abs(state.speed);
  state.value += Alpha(cutoff) * (measured - state.value);
  return state.value;
}

PersonPose OneEuroFilter::Smooth(const PersonPose& person) {
  const Skeleton skeleton = SkeletonOf(person, kMinKeypointConfidence);
  if (skeleton.seen[kNeck] && skeleton.seen[kMidHip]) {
    // The longest so far: a torso that bends forward only looks shorter.
    const double torso = Distance(skeleton.at[kNeck], skeleton.at[kMidHip]);
    torso_ = std::max(torso_.value_or(1.0), torso);
  }
  PersonPose smoothed = person;
  if (!torso_.has_value()) return smoothed;
  for (size_t index = 0; index < kNumKeypoints; ++index) {
    Keypoint& point = KeypointAt(smoothed, index);
    PointState& state = points_[index];
    if (!IsSeen(point, kMinKeypointConfidence)) {
      state = {};
    } else if (!state.known) {
      state = {.known = true, .x = {.value = point.x}, .y = {.value = point.y}};
    } else {
      point.x = Step(point.x, state.x);
      point.y = Step(point.y, state.y);
    }
  }
  return smoothed;
}

}  // namespace animate
