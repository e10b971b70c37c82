#ifndef ANIMATE_ENGINE_POSE_POSE_JSON_H_
#define ANIMATE_ENGINE_POSE_POSE_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/pose/pose_format.h"

namespace animate {

// Reads JSON texts of one format, one after the other: each is a frame, a list
// of frames, or an object whose `frames` are one. OpenPose's body of 25, 18 or
// 17 points, face of 70 or 68 and hands of 21; POSE_KEYPOINT's the same with
// canvas_width and canvas_height, null for missing parts, and what
// ExportPoseKeypointJson adds; openpose-editor's 18 points; DWPose's bodies
// (candidate, subset, score), hands and faces. Returns INVALID_ARGUMENT, with
// frame and person, for everything else.
absl::StatusOr<PoseFileContent> ParsePoseJson(
    absl::Span<const std::string> texts);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_POSE_JSON_H_
