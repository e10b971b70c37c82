#ifndef ANIMATE_ENGINE_POSE_POSE_ERROR_H_
#define ANIMATE_ENGINE_POSE_POSE_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace animate {

// Returns INVALID_ARGUMENT with reason BAD_POSE_INPUT: keypoints or a pose file
// that cannot be used.
absl::Status PoseError(absl::string_view message);

// Returns `status`, with its code and details, and `where` and ": " before its
// message. REQUIRES: an error.
absl::Status PoseErrorAt(absl::string_view where, const absl::Status& status);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_POSE_ERROR_H_
