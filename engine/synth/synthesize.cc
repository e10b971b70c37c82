#include "engine/synth/synthesize.h"

#include <utility>

#include "engine/base/status_macros.h"
#include "engine/media/pose_drawing.h"

namespace animate {

absl::StatusOr<SynthesizedClip> Synthesize(const ClipOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(const ClipSynthesizer synthesizer,
                           ClipSynthesizer::Create(options));
  SynthesizedClip clip;
  RenderedFrame reference = synthesizer.Reference();
  clip.reference = std::move(reference.image);
  clip.reference_pose = reference.keypoints;
  clip.keypoints = {
      .width = options.width, .height = options.height, .fps = options.fps};
  for (int i = 0; i < synthesizer.num_frames(); ++i) {
    RenderedFrame frame = synthesizer.Frame(i);
    clip.frames.push_back(std::move(frame.image));
    clip.keypoints.frames.push_back(frame.keypoints);
    clip.poses.push_back(RenderPose({.width = options.width,
                                     .height = options.height,
                                     .people = {frame.keypoints}},
                                    options.width, options.height));
  }
  return clip;
}

}  // namespace animate
