#ifndef ANIMATE_ENGINE_DATASET_FRAME_CHOICE_H_
#define ANIMATE_ENGINE_DATASET_FRAME_CHOICE_H_

#include <vector>

#include "engine/dataset/training_clip.h"
#include "engine/synth/synth_random.h"

namespace animate {

struct FrameChoiceOptions {
  // Of single frames: how far, at least, a target lies from the reference where
  // the clip is long enough.
  int margin = 30;  // frames, >= 0
  // Of consecutive frames: from one target to the next.
  int stride = 4;  // frames, > 0
};

struct FrameChoice {
  int reference = 0;
  std::vector<int> targets;
};

// Chooses frames of a clip of `length` as the public implementation does: a
// reference anywhere; single targets behind it by the margin, or before it, or
// anywhere, whichever first there is room for; consecutive ones evenly over a
// stretch of (frames - 1) * stride + 1 frames, or over all of a shorter clip,
// where frames repeat. REQUIRES: length > 0.
FrameChoice ChooseFrames(const ClipFormat& format,
                         const FrameChoiceOptions& options, int length,
                         SynthRandom& random);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_FRAME_CHOICE_H_
