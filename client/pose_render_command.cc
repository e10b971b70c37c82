#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/pose_commands.h"
#include "client/pose_progress.h"
#include "client/pose_summary.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

struct RenderedClip {
  size_t frames = 0;
  int width = 0;
  int height = 0;
  double seconds = 0.0;
};

absl::StatusOr<RenderedClip> Render(const PoseRenderOptions& options,
                                    const Console& console) {
  ANIMATE_ASSIGN_OR_RETURN(const LoadedPoses loaded,
                           LoadPoses(options.inputs, options.read, console));
  const PoseSequence& poses = loaded.poses;
  RenderedClip clip{
      .frames = poses.frames.size(),
      .width = options.width > 0 ? options.width : poses.width,
      .height = options.height > 0 ? options.height : poses.height};
  ANIMATE_RETURN_IF_ERROR(CheckCanvas(clip.width, clip.height));
  const CanvasSize canvas = PoseCanvasSize(clip.width, clip.height);
  if (std::max(canvas.width, canvas.height) > kMaxPoseSide) {
    return absl::InvalidArgumentError(
        absl::StrCat("a picture of ", clip.width, "x", clip.height,
                     " is too narrow to draw a person in: the canvas of 512 "
                     "pixels on the short side would be ",
                     canvas.width, "x", canvas.height));
  }
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<PictureWriter> writer,
                           PictureWriter::Create(options.out, poses.fps));
  PoseProgress progress("drawing", static_cast<int>(clip.frames), console);
  PoseFrame frame{.width = poses.width, .height = poses.height};
  for (size_t i = 0; i < clip.frames; ++i) {
    progress.Show(static_cast<int>(i));
    frame.people = {poses.frames[i]};
    ANIMATE_RETURN_IF_ERROR(writer->Add(
        options.native
            ? DrawPose(frame, clip.width, clip.height, options.drawing)
            : RenderPose(frame, clip.width, clip.height, options.drawing)));
  }
  ANIMATE_RETURN_IF_ERROR(writer->Finish());
  progress.Finish();
  clip.seconds = absl::ToDoubleSeconds(progress.elapsed());
  ANIMATE_RETURN_IF_ERROR(
      WritePoseViews({.contact_sheet = options.contact_sheet},
                     options.inputs.front(), poses, nullptr));
  return clip;
}

}  // namespace

ExitCode RenderPoses(const PoseRenderOptions& options, const Console& console) {
  const absl::StatusOr<RenderedClip> clip = Render(options, console);
  if (!clip.ok()) {
    return ReportLocalFault(clip.status(), options.json, console);
  }
  PrintPoseResult(options.json,
                  {{"out", options.out},
                   {"frames", clip->frames},
                   {"width", clip->width},
                   {"height", clip->height},
                   {"seconds", clip->seconds}},
                  absl::StrFormat("%s: %d frame%s, %dx%d, %.1f s", options.out,
                                  clip->frames, clip->frames == 1 ? "" : "s",
                                  clip->width, clip->height, clip->seconds),
                  console);
  return ExitCode::kOk;
}

}  // namespace animate
