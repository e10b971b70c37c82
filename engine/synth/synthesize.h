#ifndef ANIMATE_ENGINE_SYNTH_SYNTHESIZE_H_
#define ANIMATE_ENGINE_SYNTH_SYNTHESIZE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/pose/pose_sequence.h"
#include "engine/synth/clip_synthesizer.h"

namespace animate {

// A clip with everything that a model could be asked to make of it.
struct SynthesizedClip {
  RgbImage reference;         // the character in its neutral pose
  PersonPose reference_pose;  // in pixels of `reference`
  std::vector<RgbImage> frames;
  std::vector<RgbImage> poses;  // skeletons as RenderPose draws them
  PoseSequence keypoints;       // of `frames`, with their rate
};

// Makes all frames of a clip; for long or large ones ClipSynthesizer makes one
// at a time. Errors as ClipSynthesizer::Create.
absl::StatusOr<SynthesizedClip> Synthesize(const ClipOptions& options);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_SYNTHESIZE_H_
