#ifndef ANIMATE_ENGINE_DETECTOR_BLAZE_MAPPING_H_
#define ANIMATE_ENGINE_DETECTOR_BLAZE_MAPPING_H_

#include "engine/detector/blaze_networks.h"
#include "engine/pose/pose_frame.h"

namespace animate {

// Body and feet of BlazePose in the canonical layout. Confidence is visibility,
// of the neck the lower one of the shoulders'. Small toes are missing:
// BlazePose does not know them. Hands and face are missing.
PersonPose PersonOfBlazeBody(const BlazeBody& body);

// Adds a hand or the face; their points get the presence as confidence. The
// face mesh is reduced to iBUG's 68 points.
void AddBlazeHand(const BlazeHand& hand, BodySide side, PersonPose& person);
void AddBlazeFace(const BlazeFace& face, PersonPose& person);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_BLAZE_MAPPING_H_
