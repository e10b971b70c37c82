#ifndef ANIMATE_ENGINE_POSE_BODY_MEASURE_H_
#define ANIMATE_ENGINE_POSE_BODY_MEASURE_H_

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "engine/pose/body_bones.h"
#include "engine/pose/pose_frame.h"

namespace animate {

// Sizes of what moves as a whole. The head is measured in the first of three
// ways that both bodies allow.
enum BodyPartSize : size_t {
  kFaceSize,  // root of width times height, from jaw and nose
  kEarSpan,
  kEyeSpan,
  kHandSize,  // mean distance of the knuckles from the wrist
  kFootSize,  // ankle to big toe
  kNumBodyPartSizes,
};

// How large a body is, in pixels. Nothing where it was not seen.
struct BodyMeasure {
  std::array<std::optional<double>, kNumBones> bone;
  std::array<std::optional<double>, kNumBoneClasses> length;
  std::array<std::optional<double>, kNumBodyPartSizes> part;
  // Apparent size of the body in each frame of a sequence; 1 in the anchor
  // frame. Changes when the camera zooms or the person comes closer.
  std::vector<double> scale;
};

// Measures one pose. A class or part has the longer of its two sides: a
// projection only ever shortens.
BodyMeasure MeasurePose(const PersonPose& person, double threshold);

// Estimates how long the bones are when nothing shortens them, at the apparent
// size of frame `anchor`, from all frames: the 0.85 quantile of lengths
// divided by the frame's scale, which is the 0.75 quantile of lengths divided
// by the estimates, smoothed over half a second; both in turn. A class needs 3
// samples and 2 % of the frames. `bone` stays empty. O(frames).
// REQUIRES: anchor < frames.size(); fps 0 counts as 24.
BodyMeasure MeasureSequence(absl::Span<const PersonPose> frames,
                            double threshold, size_t anchor, double fps);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_BODY_MEASURE_H_
