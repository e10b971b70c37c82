#ifndef ANIMATE_TESTS_SUPPORT_POSE_MESSAGES_H_
#define ANIMATE_TESTS_SUPPORT_POSE_MESSAGES_H_

#include "animate/v1/pose.pb.h"
#include "engine/pose/keypoint_layout.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// A frame as a client would send it, in pixels.
inline animate::v1::PoseFrame FrameMessage(const PersonPose& person,
                                           KeypointLayout layout) {
  animate::v1::PoseFrame frame;
  for (const Keypoint& point : PersonToLayout(layout, person)) {
    frame.add_xy(static_cast<float>(point.x));
    frame.add_xy(static_cast<float>(point.y));
    frame.add_confidence(static_cast<float>(point.confidence));
  }
  return frame;
}

// A sequence of the 18 points of the body, in pixels.
inline animate::v1::PoseSequence SequenceMessage(const PoseSequence& motion) {
  animate::v1::PoseSequence message;
  message.set_layout(animate::v1::KEYPOINT_LAYOUT_OPENPOSE_18);
  message.set_space(animate::v1::COORDINATE_SPACE_PIXEL);
  message.set_width(static_cast<uint32_t>(motion.width));
  message.set_height(static_cast<uint32_t>(motion.height));
  for (const PersonPose& person : motion.frames) {
    *message.add_frames() = FrameMessage(person, KeypointLayout::kOpenPose18);
  }
  return message;
}

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_POSE_MESSAGES_H_
