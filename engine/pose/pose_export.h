#ifndef ANIMATE_ENGINE_POSE_POSE_EXPORT_H_
#define ANIMATE_ENGINE_POSE_POSE_EXPORT_H_

#include <string>

#include "engine/pose/pose_sequence.h"

namespace animate {

// Writes the POSE_KEYPOINT JSON of `sequence` in pixels: a list of frames with
// canvas_width, canvas_height and people, readable by the editors of comfy and
// A1111. Those take a face of 70 points, so the eyes are added as pupils. Feet
// (foot_keypoints_2d) and, in the first frame, rate (fps) and unit
// (coordinates) are additions that others ignore. Numbers are exact: reading
// the text gives `sequence`.
std::string ExportPoseKeypointJson(const PoseSequence& sequence);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_POSE_EXPORT_H_
