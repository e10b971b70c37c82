#ifndef ANIMATE_SERVER_WORKER_SKELETON_DECODER_H_
#define ANIMATE_SERVER_WORKER_SKELETON_DECODER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/animation_spec.h"
#include "engine/animation/image.h"
#include "engine/base/cancellation.h"
#include "engine/pose/pose_sequence.h"
#include "server/queue/job.h"

namespace animate {

// Drawn skeletons as they were uploaded: pictures or a clip.
struct SkeletonSource {
  const EncodedInputs& inputs;  // kImages or kVideo
  const AnimationSpec& spec;
  const Limits& limits;
  const CancellationToken& token;  // polled between frames
};

// The functions below decode the first spec->num_frames skeletons, one at a
// time. INVALID_ARGUMENT naming the field: BAD_POSE_IMAGE, BAD_POSE_VIDEO,
// POSE_COUNT_MISMATCH; or what token.Check() says. Thread-safe.

// Returns the pictures at the spec's size (Lanczos, aspect ignored, as the
// reference implementation does), red and blue in their places. With
// SkeletonChannels::kAuto the first picture in which a skeleton is recognised
// decides for it and those that follow.
absl::StatusOr<std::vector<RgbImage>> DecodeSkeletons(
    const SkeletonSource& source);

// Returns the keypoints read back from the drawings, in pixels of the pictures.
// Also INVALID_ARGUMENT with reason NO_SKELETON_FOUND when no picture shows a
// drawn skeleton.
absl::StatusOr<PoseSequence> ReadSkeletons(const SkeletonSource& source);

// INVALID_ARGUMENT, POSE_COUNT_MISMATCH: a pose input has `have` frames.
absl::Status PoseCountError(size_t have, int want);

}  // namespace animate

#endif  // ANIMATE_SERVER_WORKER_SKELETON_DECODER_H_
