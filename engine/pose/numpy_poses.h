#ifndef ANIMATE_ENGINE_POSE_NUMPY_POSES_H_
#define ANIMATE_ENGINE_POSE_NUMPY_POSES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/pose/pose_format.h"

namespace animate {

// Reads keypoints [T, K, 2 or 3] (x, y and confidence) or, of one frame, [K, 2
// or 3] from a .npy file. K says the layout.
absl::StatusOr<PoseFileContent> ParseNpyPoses(absl::string_view bytes);

// Reads a .npz file: `keypoints` as above; optional are `scores` [T, K] (or
// [K]), `width`, `height`, `fps` and `layout`, a name of KeypointLayout.
absl::StatusOr<PoseFileContent> ParseNpzPoses(absl::string_view bytes);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_NUMPY_POSES_H_
