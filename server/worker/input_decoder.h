#ifndef ANIMATE_SERVER_WORKER_INPUT_DECODER_H_
#define ANIMATE_SERVER_WORKER_INPUT_DECODER_H_

#include "absl/status/statusor.h"
#include "engine/animation/animation_spec.h"
#include "engine/animation/animator.h"
#include "engine/base/cancellation.h"
#include "server/queue/job.h"

namespace animate {

// Turns uploaded bytes into pictures: the reference at its own size, and the
// first spec->num_frames poses at the spec's size (Lanczos, aspect ignored, as
// the reference implementation does), so that memory is bounded by the limits
// whatever the size of the uploaded pictures. Poses beyond that are ignored.
//
// Errors, all INVALID_ARGUMENT naming the field: BAD_REFERENCE_IMAGE,
// BAD_POSE_IMAGE, BAD_POSE_VIDEO, and POSE_COUNT_MISMATCH when there are fewer
// poses than frames asked for; or what token.Check() says, polled between
// pictures. Thread-safe.
absl::StatusOr<AnimationInput> DecodeInputs(const EncodedInputs& inputs,
                                            const AnimationSpec& spec,
                                            const Limits& limits,
                                            const CancellationToken& token);

}  // namespace animate

#endif  // ANIMATE_SERVER_WORKER_INPUT_DECODER_H_
