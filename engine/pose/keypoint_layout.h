#ifndef ANIMATE_ENGINE_POSE_KEYPOINT_LAYOUT_H_
#define ANIMATE_ENGINE_POSE_KEYPOINT_LAYOUT_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/pose/pose_frame.h"

namespace animate {

// Which points a list of keypoints holds, and in which order.
enum class KeypointLayout {
  kOpenPose18,             // body
  kOpenPoseBody25,         // body, the middle of the hips, feet
  kCoco17,                 // body without neck
  kCocoWholeBody133,       // body without neck, feet, face, hands
  kDwposeWholeBody134,     // body, feet, face, hands: as in PersonPose
  kOpenPose18HandsFace128  // body, left hand, right hand, face
};

// Number of points of `layout`.
size_t KeypointCount(KeypointLayout layout);

// "OPENPOSE_18", "OPENPOSE_BODY_25", "COCO_17", "COCO_WHOLEBODY_133",
// "DWPOSE_WHOLEBODY_134", "OPENPOSE_18_HANDS_FACE_128".
absl::string_view KeypointLayoutName(KeypointLayout layout);

// Returns the layout of that name; INVALID_ARGUMENT, which lists the names,
// when there is none.
absl::StatusOr<KeypointLayout> ParseKeypointLayout(absl::string_view name);

// Returns the layout with `count` points, which no two share;
// INVALID_ARGUMENT when there is none.
absl::StatusOr<KeypointLayout> KeypointLayoutOfCount(size_t count);

// Orders `keypoints` canonically. A layout without neck gets one halfway
// between the shoulders, of confidence 1 when both are seen (> 0.3), else 0,
// as DWPose does it; parts that the layout lacks are missing. The middle of the
// hips is dropped. Returns INVALID_ARGUMENT unless there are
// KeypointCount(layout) points.
absl::StatusOr<PersonPose> PersonFromLayout(
    KeypointLayout layout, absl::Span<const Keypoint> keypoints);

// Returns the points of `person` that `layout` has, in its order. The middle of
// the hips is made like the neck.
std::vector<Keypoint> PersonToLayout(KeypointLayout layout,
                                     const PersonPose& person);

// Returns the point halfway, of confidence 1 when both are seen, else 0.
Keypoint Halfway(const Keypoint& a, const Keypoint& b);

// The pose as a mirror shows it in a picture of `width` pixels: x becomes
// width - x, and left and right change places.
PersonPose Mirrored(const PersonPose& person, double width);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_KEYPOINT_LAYOUT_H_
