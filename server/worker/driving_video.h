#ifndef ANIMATE_SERVER_WORKER_DRIVING_VIDEO_H_
#define ANIMATE_SERVER_WORKER_DRIVING_VIDEO_H_

#include <string>

#include "absl/status/statusor.h"
#include "engine/animation/animation_spec.h"
#include "engine/base/cancellation.h"
#include "engine/detector/pose_detector.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// Follows the person in the first spec->num_frames frames of a clip, frame by
// frame, so that of the clip one picture is in memory at a time; repaired and
// smoothed, in pixels of the clip. The rate is the clip's, or the spec's where
// the clip does not say.
//
// INVALID_ARGUMENT naming the field: BAD_POSE_VIDEO, POSE_COUNT_MISMATCH,
// NO_PERSON_FOUND; or what token.Check() says, polled by the detector.
absl::StatusOr<PoseSequence> TrackDrivingVideo(const std::string& clip,
                                               const AnimationSpec& spec,
                                               const Limits& limits,
                                               PoseDetector& detector,
                                               const CancellationToken& token);

}  // namespace animate

#endif  // ANIMATE_SERVER_WORKER_DRIVING_VIDEO_H_
