#include "server/worker/driving_video.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/media/video_decoder.h"
#include "server/worker/skeleton_decoder.h"

namespace animate {
namespace {

constexpr char kClipField[] = "inputs.poses[0]";
constexpr char kBadClip[] = "BAD_POSE_VIDEO";

absl::Status PushFrame(const RgbImage& frame, PoseTracker& tracker,
                       const CancellationToken& token) {
  ANIMATE_RETURN_IF_ERROR(token.Check());
  if (frame.width > kMaxPoseSide || frame.height > kMaxPoseSide) {
    return FieldError(kClipField,
                      absl::StrCat("must be at most ", kMaxPoseSide,
                                   " pixels wide and high, got ", frame.width,
                                   "x", frame.height),
                      kBadClip);
  }
  return tracker.Push(frame).status();
}

}  // namespace

absl::StatusOr<PoseSequence> TrackDrivingVideo(const std::string& clip,
                                               const AnimationSpec& spec,
                                               const Limits& limits,
                                               PoseDetector& detector,
                                               const CancellationToken& token) {
  // All frames are known before the first is drawn: no need for a filter that
  // only looks back.
  ANIMATE_ASSIGN_OR_RETURN(
      const std::unique_ptr<PoseTracker> tracker,
      detector.NewTracker({.detect = {.cancellation = &token},
                           .fps = spec->fps,
                           .smoothing = PoseSmoothing::kSavitzkyGolay}));
  ANIMATE_ASSIGN_OR_RETURN(const VideoInfo info,
                           DecodeVideo(clip,
                                       {.max_frames = spec->num_frames,
                                        .max_pixels = limits.max_input_pixels,
                                        .field = kClipField,
                                        .reason = kBadClip},
                                       [&](int, const RgbImage& frame) {
                                         return PushFrame(frame, *tracker,
                                                          token);
                                       }));
  if (info.num_frames < spec->num_frames) {
    return PoseCountError(static_cast<size_t>(info.num_frames),
                          spec->num_frames);
  }
  absl::StatusOr<PoseSequence> motion = tracker->Finish();
  if (GetErrorReason(motion.status()) == kNoPersonFound) {
    return FieldError(kClipField, "nobody is found in the clip",
                      kNoPersonFound);
  }
  ANIMATE_RETURN_IF_ERROR(motion.status());
  motion->fps =
      info.fps > 0.0 && info.fps <= kMaxPoseFps ? info.fps : spec->fps;
  return motion;
}

}  // namespace animate
