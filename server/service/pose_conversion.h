#ifndef ANIMATE_SERVER_SERVICE_POSE_CONVERSION_H_
#define ANIMATE_SERVER_SERVICE_POSE_CONVERSION_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "animate/v1/pose.pb.h"
#include "engine/pose/pose_sequence.h"
#include "server/queue/job.h"

namespace animate {

// Most bytes of a serialized PoseSequence: room for kMaxPoseFrames of the
// largest layout.
inline constexpr size_t kMaxPoseSequenceBytes = size_t{48} << 20;

// What the job knows about a sequence.
struct PoseSequenceUse {
  int num_frames = 0;  // poses needed; further ones are checked, not kept
  double fps = 0.0;    // of a sequence that does not say its own
};

// Turns a serialized PoseSequence into canonical points in pixels of its
// canvas; the only way in for keypoints. The memory it takes is bounded before
// anything is parsed. Errors name the field below `field`
// ("inputs.poses[0].frames[3].xy[7]"), the value and the limit; all are
// INVALID_ARGUMENT: INVALID_FIELD, LIMIT_EXCEEDED, POSE_COUNT_MISMATCH (fewer
// frames than needed), BAD_POSE_INPUT (not a PoseSequence, nobody in it).
absl::StatusOr<PoseSequence> ParsePoseSequence(absl::string_view bytes,
                                               const std::string& field,
                                               const PoseSequenceUse& use);

// Turns the wire's wish into a checked one. INVALID_ARGUMENT names the field
// below "spec.retarget".
absl::StatusOr<RetargetSpec> ParseRetarget(
    const animate::v1::RetargetOptions& retarget, int num_frames);

// Our types as the wire's. A reference pose is not echoed.
animate::v1::RetargetOptions ToProto(const RetargetSpec& retarget);
animate::v1::RetargetReport ToProto(const RetargetOutcome& outcome);

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_POSE_CONVERSION_H_
