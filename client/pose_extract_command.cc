#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "client/pose_commands.h"
#include "client/pose_progress.h"
#include "client/pose_summary.h"
#include "engine/base/status_macros.h"
#include "engine/pose/pose_error.h"

namespace animate {
namespace {

constexpr double kDefaultTrackFps = 24.0;

struct Extraction {
  PoseSequence poses;
  double seconds_per_frame = 0.0;
};

absl::StatusOr<PoseSequence> ExtractPhoto(const PosePictures& pictures,
                                          PoseDetector& detector,
                                          const PoseExtractOptions& options) {
  PoseSequence poses;
  ANIMATE_RETURN_IF_ERROR(
      pictures
          .ForEach(1,
                   [&](int, const RgbImage& picture) -> absl::Status {
                     ANIMATE_ASSIGN_OR_RETURN(
                         PoseFrame found,
                         detector.DetectPerson(picture, options.track.detect));
                     poses.width = found.width;
                     poses.height = found.height;
                     poses.frames = std::move(found.people);
                     return absl::OkStatus();
                   })
          .status());
  return poses;
}

absl::StatusOr<PoseSequence> ExtractClip(const PosePictures& pictures,
                                         PoseDetector& detector,
                                         const PoseExtractOptions& options,
                                         PoseProgress& progress) {
  TrackOptions track = options.track;
  track.fps = options.fps > 0.0 ? options.fps : kDefaultTrackFps;
  if (pictures.is_clip() && options.fps == 0.0) {
    // The rate is in the clip's header; smoothing needs it from the start.
    ANIMATE_ASSIGN_OR_RETURN(const VideoInfo info,
                             pictures.ForEach(1, [](int, const RgbImage&) {
                               return absl::OkStatus();
                             }));
    if (info.fps > 0.0 && info.fps <= kMaxPoseFps) track.fps = info.fps;
  }
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<PoseTracker> tracker,
                           detector.NewTracker(track));
  ANIMATE_RETURN_IF_ERROR(pictures
                              .ForEach(options.max_frames,
                                       [&](int index, const RgbImage& picture) {
                                         progress.Show(index);
                                         return tracker->Push(picture).status();
                                       })
                              .status());
  absl::StatusOr<PoseSequence> poses = tracker->Finish();
  if (!poses.ok()) return PoseErrorAt(pictures.path(), poses.status());
  return poses;
}

absl::StatusOr<Extraction> Extract(const PoseExtractOptions& options,
                                   const Console& console) {
  ANIMATE_ASSIGN_OR_RETURN(const PosePictures pictures,
                           PosePictures::Open(options.input));
  if (options.threads > 0) SetPoseDetectorThreads(options.threads);
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<PoseDetector> detector,
                           LoadPoseDetector(options.detector));
  PoseProgress progress("finding poses", pictures.count(), console);
  const bool photo = !pictures.is_clip() && pictures.count() == 1;
  Extraction extraction;
  ANIMATE_ASSIGN_OR_RETURN(
      extraction.poses,
      photo ? ExtractPhoto(pictures, *detector, options)
            : ExtractClip(pictures, *detector, options, progress));
  progress.Finish();
  extraction.seconds_per_frame =
      absl::ToDoubleSeconds(progress.elapsed()) /
      static_cast<double>(extraction.poses.frames.size());
  ANIMATE_RETURN_IF_ERROR(
      SavePoses(options.out, options.format, extraction.poses));
  ANIMATE_RETURN_IF_ERROR(WritePoseViews(options.views, options.input,
                                         extraction.poses, &pictures));
  return extraction;
}

}  // namespace

ExitCode ExtractPoses(const PoseExtractOptions& options,
                      const Console& console) {
  const absl::StatusOr<Extraction> extraction = Extract(options, console);
  if (!extraction.ok()) {
    return ReportLocalFault(extraction.status(), options.json, console);
  }
  nlohmann::json result = PoseSummaryJson(extraction->poses);
  result["out"] = options.out;
  result["seconds_per_frame"] = extraction->seconds_per_frame;
  PrintPoseResult(options.json, result,
                  absl::StrFormat("%s: %s; %.0f ms per frame", options.out,
                                  PoseSummaryText(extraction->poses),
                                  1000.0 * extraction->seconds_per_frame),
                  console);
  return ExitCode::kOk;
}

}  // namespace animate
