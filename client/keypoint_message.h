#ifndef ANIMATE_CLIENT_KEYPOINT_MESSAGE_H_
#define ANIMATE_CLIENT_KEYPOINT_MESSAGE_H_

#include "animate/v1/pose.pb.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// The motion as AnimationRequest::keypoints: all 134 points, in pixels. A rate
// of 0 is left out. Confidences above 1 become 1.
// REQUIRES: CheckPoseSequence(motion) is OK.
v1::PoseSequence ToMessage(const PoseSequence& motion);

// Says what pose the person in the reference picture has, of which `person` is
// on a canvas of the same shape, width x height pixels.
// REQUIRES: CheckPerson(person) and CheckCanvas(width, height) are OK.
void SetReferencePose(const PersonPose& person, int width, int height,
                      v1::RetargetOptions& retarget);

}  // namespace animate

#endif  // ANIMATE_CLIENT_KEYPOINT_MESSAGE_H_
