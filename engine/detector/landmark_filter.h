#ifndef ANIMATE_ENGINE_DETECTOR_LANDMARK_FILTER_H_
#define ANIMATE_ENGINE_DETECTOR_LANDMARK_FILTER_H_

#include <vector>

#include "absl/types/span.h"
#include "engine/pose/body_bones.h"

namespace animate {

struct LandmarkFilterOptions {
  double min_cutoff_hz = 0.05;  // of a point at rest; lower is smoother
  double beta = 80.0;  // how much speed, in sizes of the person, opens it
};

// Smooths points frame by frame as BlazePose's makers do: the "1 Euro Filter"
// (Casiez et al. 2012) with speeds relative to the size of the person in the
// frame, taken between points as they came. Thread-compatible.
class LandmarkFilter {
 public:
  // REQUIRES: fps > 0.
  LandmarkFilter(double fps, const LandmarkFilterOptions& options)
      : fps_(fps), options_(options) {}

  // Replaces `points` by the smoothed ones. The first ones pass through, and a
  // point anew where `valid` is false: it is left alone, and the next one
  // starts from there. `size` in pixels; 0 passes through.
  // REQUIRES: as many points each time, valid.size() == points.size().
  void Smooth(double size, const std::vector<bool>& valid,
              absl::Span<Point> points);

  // Forgets everything.
  void Reset() { states_.clear(); }

 private:
  struct Coordinate {
    double raw = 0.0;
    double value = 0.0;
    double speed = 0.0;  // sizes per second
  };
  struct State {
    bool known = false;
    Coordinate x;
    Coordinate y;
  };

  double Alpha(double cutoff_hz) const;
  double Step(double measured, double size, Coordinate& state) const;

  double fps_;
  LandmarkFilterOptions options_;
  std::vector<State> states_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_LANDMARK_FILTER_H_
