#ifndef ANIMATE_ENGINE_POSE_POSE_EXPORT_H_
#define ANIMATE_ENGINE_POSE_POSE_EXPORT_H_

#include <string>

#include "engine/pose/pose_format.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// Writes the POSE_KEYPOINT JSON of `sequence`: a list of frames with
// canvas_width, canvas_height and people, readable by the editors of comfy and
// A1111. Coordinates are in pixels, or for CoordinateSpace::kNormalized in
// parts of the canvas. Those editors take a face of 70 points, so the eyes are
// added as pupils. Feet (foot_keypoints_2d) and, in the first frame, rate (fps)
// and unit (coordinates) are additions that others ignore. Numbers in pixels
// are exact: reading the text gives `sequence`.
// REQUIRES: `space` is kPixel or kNormalized.
std::string ExportPoseKeypointJson(
    const PoseSequence& sequence,
    CoordinateSpace space = CoordinateSpace::kPixel);

// Writes one frame as OpenPose --write_json does, in pixels: a body of 25
// points (with feet; the middle of the hips is made of both), face of 70 and
// hands of 21.
std::string ExportOpenPoseJson(const PersonPose& person);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_POSE_EXPORT_H_
