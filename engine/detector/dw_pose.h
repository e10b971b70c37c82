#ifndef ANIMATE_ENGINE_DETECTOR_DW_POSE_H_
#define ANIMATE_ENGINE_DETECTOR_DW_POSE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/detector/person_networks.h"

namespace animate {

inline constexpr char kYoloxFile[] = "yolox_l.onnx";
inline constexpr char kDwPoseFile[] = "dw-ll_ucoco_384.onnx";

// The backend that poses in Moore-AnimateAnyone come from: YOLOX and DWPose,
// whose files `folder` must have. Tries both once. FAILED_PRECONDITION with
// reason POSE_DETECTOR_MISSING when a file is not there, POSE_DETECTOR_DAMAGED
// when OpenCV cannot run it or it gives something else.
absl::StatusOr<std::unique_ptr<PersonNetworks>> LoadDwPose(
    const std::string& folder);

// Returns `image` in the size that the reference looks at: 512 pixels on the
// short side, sides rounded to multiples of 64. REQUIRES: image not empty.
RgbImage DwPosePicture(const RgbImage& image);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_DW_POSE_H_
