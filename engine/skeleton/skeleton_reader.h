#ifndef ANIMATE_ENGINE_SKELETON_SKELETON_READER_H_
#define ANIMATE_ENGINE_SKELETON_SKELETON_READER_H_

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/pose/pose_frame.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// Reason of errors (engine/base/error.h): no frame shows a drawn skeleton.
inline constexpr char kNoSkeletonFound[] = "NO_SKELETON_FOUND";

// How the colours of a drawn skeleton are stored. Several tools (MusePose,
// UniAnimate, MimicMotion) write red and blue exchanged.
enum class SkeletonOrder {
  kAuto,  // found out: only in the right order do discs lie at ends of limbs
  kRgb,
  kBgr,
};

struct SkeletonReadOptions {
  SkeletonOrder order = SkeletonOrder::kAuto;
  bool hands = true;
  bool face = true;
};

// What one picture shows.
struct SkeletonReading {
  // One person, or none when the picture shows no drawn skeleton.
  PoseFrame pose;
  bool swapped = false;      // red and blue are exchanged
  double stick_scale = 1.0;  // thickness of limbs over that of the reference
};

// Finds the keypoints of a skeleton that was drawn as DrawPose draws
// (engine/media/pose_drawing.h), at any size, and perhaps compressed as JPEG or
// H.264: joints by the colour of their discs, else by the ends of their
// limbs; then places are varied until the drawing explains the picture, which
// also gives fractions of pixels. Drawn over and over, the picture stays the
// same; coordinates are those of `image`.
//
// Confidence is 1 for a joint whose disc is seen, 0.6 for one that is judged by
// its limbs, as it lies under others. Points of hands and face have 1; which
// is which among dots that touch is a guess from the shape of hands and faces,
// good enough for their size and for drawing. Of several people the parts that
// fit together best are taken.
//
// Returns INVALID_ARGUMENT for an empty picture or a side above kMaxPoseSide. A
// photo is no error: nobody is found. Thread-safe; about 0.13 s of one core.
absl::StatusOr<SkeletonReading> ReadSkeleton(
    const RgbImage& image, const SkeletonReadOptions& options = {});

struct SkeletonClipOptions {
  SkeletonReadOptions read;
  double fps = 0.0;    // of the result; 0 when it is not known
  bool repair = true;  // fill gaps of up to 5 frames, as FillGaps does
};

// What a clip shows.
struct SkeletonClip {
  PoseSequence poses;
  bool swapped = false;
  size_t frames_without_skeleton = 0;
};

// Reads the frames of a clip one by one. Order of colours and thickness are
// decided once for the clip, by its first frame with a skeleton; hands and
// faces are followed from frame to frame. Thread-compatible.
class SkeletonClipReader {
 public:
  explicit SkeletonClipReader(const SkeletonClipOptions& options = {});
  SkeletonClipReader(const SkeletonClipReader&) = delete;
  SkeletonClipReader& operator=(const SkeletonClipReader&) = delete;
  ~SkeletonClipReader();

  // Takes the next frame. INVALID_ARGUMENT for an empty picture, another size
  // than the first one's (with the frame's index), or more than kMaxPoseFrames.
  absl::Status Push(const RgbImage& frame);

  // Returns the motion. INVALID_ARGUMENT with reason NO_SKELETON_FOUND when no
  // frame shows a skeleton. REQUIRES: called once, last.
  absl::StatusOr<SkeletonClip> Finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_SKELETON_SKELETON_READER_H_
