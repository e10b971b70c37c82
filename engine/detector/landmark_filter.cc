#include "engine/detector/landmark_filter.h"

#include <cmath>
#include <cstddef>

namespace animate {
namespace {

constexpr double kSpeedCutoffHz = 1.0;

}  // namespace

double LandmarkFilter::Alpha(double cutoff_hz) const {
  constexpr double kTwoPi = 6.28318530717958647692;
  return 1.0 / (1.0 + fps_ / (kTwoPi * cutoff_hz));
}

double LandmarkFilter::Step(double measured, double size,
                            Coordinate& state) const {
  const double speed = (measured - state.raw) / size * fps_;
  const double speed_alpha = Alpha(kSpeedCutoffHz);
  state.speed = speed_alpha * speed + (1.0 - speed_alpha) * state.speed;
  const double alpha =
      Alpha(options_.min_cutoff_hz + options_.beta * std::abs(state.speed));
  state.value = alpha * measured + (1.0 - alpha) * state.value;
  state.raw = measured;
  return state.value;
}

void LandmarkFilter::Smooth(double size, const std::vector<bool>& valid,
                            absl::Span<Point> points) {
  states_.resize(points.size());
  for (size_t i = 0; i < points.size(); ++i) {
    State& state = states_[i];
    Point& point = points[i];
    if (!valid[i]) {
      state.known = false;
    } else if (!state.known || !(size > 0.0)) {
      state = {.known = true,
               .x = {.raw = point.x, .value = point.x},
               .y = {.raw = point.y, .value = point.y}};
    } else {
      point = {Step(point.x, size, state.x), Step(point.y, size, state.y)};
    }
  }
}

}  // namespace animate
