#ifndef ANIMATE_ENGINE_POSE_POSE_FORMAT_H_
#define ANIMATE_ENGINE_POSE_POSE_FORMAT_H_

#include "absl/strings/string_view.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// Files that hold poses.
enum class PoseFormat {
  kOpenPoseJson,        // OpenPose --write_json: one frame per file
  kPoseKeypointJson,    // comfy and A1111 POSE_KEYPOINT: frames with a canvas
  kOpenposeEditorJson,  // openpose-editor: one frame, 18 points or null
  kDwposeJson,          // the dictionary of DWPose's drawing code
  kNpy,                 // one NumPy array [T, K, 2 or 3]
  kNpz,                 // several by name
  kBvh,                 // motion capture
};

// "OpenPose JSON", "POSE_KEYPOINT JSON", …
absl::string_view PoseFormatName(PoseFormat format);

// What the coordinates of a file count.
enum class CoordinateSpace {
  kAuto,        // normalised when all are within +-2, else pixels
  kPixel,       // pixels of the canvas
  kNormalized,  // x / width, y / height
  kSigned,      // from -1 to 1 across the canvas (OpenPose --keypoint_scale 4)
};

// What a file says: everybody in it, in its own coordinates. Sides of 0 and a
// rate of 0 are not in the file.
struct PoseFileContent {
  PoseFormat format = PoseFormat::kPoseKeypointJson;
  CoordinateSpace space = CoordinateSpace::kAuto;
  PeopleSequence people;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_POSE_FORMAT_H_
