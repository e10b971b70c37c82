#ifndef ANIMATE_ENGINE_POSE_POSE_SMOOTHING_H_
#define ANIMATE_ENGINE_POSE_POSE_SMOOTHING_H_

#include <array>
#include <optional>

#include "engine/pose/pose_frame.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// Smooths each point that is seen for 7 frames or more without a gap by the
// parabola that fits 7 frames best (Savitzky and Golay 1964; in the middle
// [-2, 3, 6, 7, 6, 3, -2] / 21). Keeps straight motion and acceleration, damps
// very fast gestures. Confidences stay as they are.
void SmoothSavitzkyGolay(PoseSequence& sequence);

struct OneEuroOptions {
  double min_cutoff_hz = 1.5;  // of a point at rest; lower is smoother
  double beta = 0.3;           // how much speed, in torsos, opens the filter
  double derivative_cutoff_hz = 1.0;
};

// Smooths frame by frame, without seeing the next one: a low-pass filter whose
// cutoff rises with speed (Casiez et al. 2012, "1 Euro Filter"). Speeds are in
// lengths of the torso. A point that was missing starts anew.
// Thread-compatible.
class OneEuroFilter {
 public:
  // REQUIRES: fps > 0.
  explicit OneEuroFilter(double fps, const OneEuroOptions& options = {})
      : fps_(fps), options_(options) {}

  // Returns the smoothed pose of the next frame; confidences stay.
  PersonPose Smooth(const PersonPose& person);

 private:
  struct Coordinate {
    double value = 0.0;
    double speed = 0.0;  // torsos per second
  };
  struct PointState {
    bool known = false;
    Coordinate x;
    Coordinate y;
  };

  double Alpha(double cutoff_hz) const;
  double Step(double measured, Coordinate& state) const;

  double fps_;
  OneEuroOptions options_;
  std::optional<double> torso_;  // pixels
  std::array<PointState, kNumKeypoints> points_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_POSE_SMOOTHING_H_
