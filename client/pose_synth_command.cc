#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/pose_commands.h"
#include "client/pose_progress.h"
#include "client/pose_summary.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

// Makes one frame at a time: long clips need no more memory than short ones.
absl::StatusOr<PoseSequence> WriteClip(const PoseSynthOptions& options,
                                       const Console& console) {
  ANIMATE_ASSIGN_OR_RETURN(const ClipSynthesizer clip,
                           ClipSynthesizer::Create(options.clip));
  const std::filesystem::path out(options.out);
  const RenderedFrame reference = clip.Reference();
  ANIMATE_RETURN_IF_ERROR(
      WritePng((out / "reference.png").string(), reference.image));
  ANIMATE_RETURN_IF_ERROR(SavePoses((out / "reference.json").string(),
                                    PoseOutputFormat::kPoseKeypoint,
                                    {.width = clip.width(),
                                     .height = clip.height(),
                                     .frames = {reference.keypoints}}));
  ANIMATE_ASSIGN_OR_RETURN(
      const std::unique_ptr<PictureWriter> frames,
      PictureWriter::Create((out / "frames").string(), clip.fps()));
  ANIMATE_ASSIGN_OR_RETURN(
      const std::unique_ptr<PictureWriter> skeletons,
      PictureWriter::Create((out / "poses").string(), clip.fps()));
  PoseSequence poses{
      .width = clip.width(), .height = clip.height(), .fps = clip.fps()};
  PoseProgress progress("drawing", clip.num_frames(), console);
  for (int i = 0; i < clip.num_frames(); ++i) {
    progress.Show(i);
    const RenderedFrame frame = clip.Frame(i);
    ANIMATE_RETURN_IF_ERROR(frames->Add(frame.image));
    ANIMATE_RETURN_IF_ERROR(
        skeletons->Add(RenderPose({.width = clip.width(),
                                   .height = clip.height(),
                                   .people = {frame.keypoints}},
                                  clip.width(), clip.height())));
    poses.frames.push_back(frame.keypoints);
  }
  progress.Finish();
  ANIMATE_RETURN_IF_ERROR(SavePoses((out / "keypoints.json").string(),
                                    PoseOutputFormat::kPoseKeypoint, poses));
  if (!options.contact_sheet.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(const PosePictures pictures,
                             PosePictures::Open((out / "frames").string()));
    ANIMATE_RETURN_IF_ERROR(
        WritePoseViews({.contact_sheet = options.contact_sheet},
                       absl::StrCat("character ", options.clip.character, ", ",
                                    options.clip.motion),
                       poses, &pictures));
  }
  return poses;
}

}  // namespace

ExitCode SynthesizePoses(const PoseSynthOptions& options,
                         const Console& console) {
  const absl::StatusOr<PoseSequence> poses = WriteClip(options, console);
  if (!poses.ok()) {
    return ReportLocalFault(poses.status(), options.json, console);
  }
  nlohmann::json result = PoseSummaryJson(*poses);
  result["out"] = options.out;
  result["character"] = options.clip.character;
  result["motion"] = options.clip.motion;
  PrintPoseResult(options.json, result,
                  absl::StrFormat("%s: character %d, %s, %s", options.out,
                                  options.clip.character, options.clip.motion,
                                  PoseSummaryText(*poses)),
                  console);
  return ExitCode::kOk;
}

}  // namespace animate
