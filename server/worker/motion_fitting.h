#ifndef ANIMATE_SERVER_WORKER_MOTION_FITTING_H_
#define ANIMATE_SERVER_WORKER_MOTION_FITTING_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/base/cancellation.h"
#include "engine/detector/pose_detector.h"
#include "engine/pose/pose_sequence.h"
#include "server/queue/job.h"

namespace animate {

struct FittedMotion {
  PoseSequence poses;
  std::optional<RetargetOutcome> outcome;  // unset without spec.retarget
};

// Fits `motion` to the body of `reference` as spec.retarget asks, on the canvas
// of the job's frames, to which the pipeline stretches the reference. Its pose
// is the one that was sent, else found by `detector`, which may be null. Where
// it cannot be had and the caller named no mode, the motion stays as it is,
// with a warning.
//
// INVALID_ARGUMENT naming the field: NO_PERSON_FOUND, INVALID_FIELD;
// FAILED_PRECONDITION with reason POSE_DETECTOR_MISSING; or what token.Check()
// says, polled by the detector. Thread-safe.
absl::StatusOr<FittedMotion> FitMotion(PoseSequence motion,
                                       const RgbImage& reference,
                                       const JobSpec& spec,
                                       PoseDetector* detector,
                                       const CancellationToken& token);

// Draws the poses as the network saw them in training, at the size of the
// job's frames. Polls `token` between frames.
absl::StatusOr<std::vector<RgbImage>> DrawMotion(
    const PoseSequence& motion, const AnimationSpec& spec,
    const CancellationToken& token);

}  // namespace animate

#endif  // ANIMATE_SERVER_WORKER_MOTION_FITTING_H_
