#ifndef ANIMATE_TOOLS_MOCAP_CAMERA_H_
#define ANIMATE_TOOLS_MOCAP_CAMERA_H_

#include <vector>

#include "absl/types/span.h"
#include "engine/pose/pose_frame.h"
#include "tools/mocap/humanoid.h"

namespace animate {

struct CameraOptions {
  // How far the character is turned, degrees: at 0 it faces the camera, at 90
  // it shows its left side, facing the left of the picture, at 180 its back.
  double yaw_degrees = 0.0;
  // Metres from the camera to the character's start; 0 for a parallel
  // projection.
  double distance = 5.0;
  int width = 512;       // pixels, > 0
  int height = 768;      // pixels, > 0
  double margin = 0.08;  // free part of the picture on each side, [0, 0.4]
};

// Takes pictures of a moving character with a camera at chest height that
// stands still, so placed and zoomed that the whole motion fits into the
// picture; the lowest point touches the lower margin. Points of the head that
// look away from the camera get confidence 0.
std::vector<PoseFrame> TakePictures(absl::Span<const SpatialPose> poses,
                                    const CameraOptions& options);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MOCAP_CAMERA_H_
