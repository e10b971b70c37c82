#include "engine/dataset/frame_choice.h"

#include <algorithm>
#include <cstdint>

namespace animate {
namespace {

// Uniform in [low, high], as Python's randint.
int Between(int low, int high, SynthRandom& random) {
  return low +
         static_cast<int>(random.Index(static_cast<size_t>(high - low) + 1));
}

int ChooseSingleTarget(int reference, int margin, int length,
                       SynthRandom& random) {
  const int apart = std::min(margin, length);
  if (reference + apart < length) {
    return Between(reference + apart, length - 1, random);
  }
  if (reference - apart > 0) return Between(0, reference - apart, random);
  return Between(0, length - 1, random);
}

}  // namespace

FrameChoice ChooseFrames(const ClipFormat& format,
                         const FrameChoiceOptions& options, int length,
                         SynthRandom& random) {
  FrameChoice choice;
  choice.reference = Between(0, length - 1, random);
  if (!format.consecutive) {
    for (int i = 0; i < format.frames; ++i) {
      choice.targets.push_back(
          ChooseSingleTarget(choice.reference, options.margin, length, random));
    }
    return choice;
  }
  const int64_t gaps = format.frames - 1;
  const int64_t stretch = std::min<int64_t>(length, gaps * options.stride + 1);
  const int first = Between(0, length - static_cast<int>(stretch), random);
  for (int64_t i = 0; i < format.frames; ++i) {
    // numpy.linspace, truncated.
    const int64_t offset = gaps == 0 ? 0 : i * (stretch - 1) / gaps;
    choice.targets.push_back(first + static_cast<int>(offset));
  }
  return choice;
}

}  // namespace animate
