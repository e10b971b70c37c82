#ifndef ANIMATE_ENGINE_MEDIA_POSE_DRAWING_H_
#define ANIMATE_ENGINE_MEDIA_POSE_DRAWING_H_

#include "engine/animation/image.h"
#include "engine/pose/pose_frame.h"

namespace animate {

struct PoseDrawingOptions {
  bool body = true;
  bool hands = true;
  bool face = true;
  // Lines from the ankles to the big toes, with the body; the reference has
  // none, networks of UniAnimate's kind do.
  bool feet = false;
  // Colours as dark as their points are uncertain: times the confidence, for
  // lines those of both ends (MimicMotion's drawing). The reference draws
  // everything it shows in full.
  bool confidence_alpha = false;
};

// Draws skeletons on black exactly as the pose guider saw them in training:
// DWPose's drawing in Moore-AnimateAnyone (src/dwpose/util.py). Limbs are
// ellipses at 60 % brightness, joints full discs; hands on top, faces last.
// Keypoints are scaled from the frame's size to width x height. Seen are body
// joints of confidence > 0.3, hand and face points of >= 0.3 that lie at
// least one pixel inside the left and upper edge; points that are not finite or
// farther than 10^6 pixels away are treated as not seen. Thread-safe.
//
// REQUIRES: pose.width, pose.height, width, height > 0.
RgbImage DrawPose(const PoseFrame& pose, int width, int height,
                  const PoseDrawingOptions& options = {});

struct CanvasSize {
  int width = 0;
  int height = 0;
  friend bool operator==(const CanvasSize&, const CanvasSize&) = default;
};

// The canvas on which the reference draws for a picture of width x height: 512
// pixels on the short side, both sides rounded (half to even) to multiples of
// 64. Limb widths are fixed in pixels, so the size of the canvas decides how
// thick a skeleton looks to the network. REQUIRES: width, height > 0.
CanvasSize PoseCanvasSize(int width, int height);

// Draws on the reference's canvas for a picture of width x height and resizes
// the result to that size (Lanczos, as the pipeline does with its inputs).
RgbImage RenderPose(const PoseFrame& pose, int width, int height,
                    const PoseDrawingOptions& options = {});

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_POSE_DRAWING_H_
