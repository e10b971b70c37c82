#ifndef ANIMATE_SERVER_WORKER_INPUT_DECODER_H_
#define ANIMATE_SERVER_WORKER_INPUT_DECODER_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/animation/animation_spec.h"
#include "engine/animation/animator.h"
#include "engine/base/cancellation.h"
#include "engine/base/clock.h"
#include "engine/detector/pose_detector.h"
#include "server/queue/job.h"

namespace animate {

// What decoding works with; all of it outlives the call.
struct DecodeEnvironment {
  const Limits& limits;
  const CancellationToken& token;
  PoseDetector* detector = nullptr;  // null: none
  const Clock& clock = Clock::Real();
};

struct DecodedInputs {
  AnimationInput animation;
  std::optional<RetargetOutcome> retarget;  // with JobSpec.retarget
  absl::Duration tracking;  // of a driving video, decoding included
};

// Turns what was uploaded into pictures: the reference at its own size, and the
// first num_frames poses at the spec's size, so that memory is bounded by the
// limits whatever the size of the uploaded pictures. Poses beyond that are
// ignored. Keypoints (sent, found in a driving video, or with spec.retarget
// read back from drawn skeletons) are fitted to the reference as spec.retarget
// asks, and drawn.
//
// Errors, all INVALID_ARGUMENT naming the field: BAD_REFERENCE_IMAGE, and those
// of DecodeSkeletons, ReadSkeletons, TrackDrivingVideo and FitMotion; or what
// token.Check() says, polled between pictures. Thread-safe.
absl::StatusOr<DecodedInputs> DecodeInputs(
    const EncodedInputs& inputs, const JobSpec& spec,
    const DecodeEnvironment& environment);

}  // namespace animate

#endif  // ANIMATE_SERVER_WORKER_INPUT_DECODER_H_
