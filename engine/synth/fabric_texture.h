#ifndef ANIMATE_ENGINE_SYNTH_FABRIC_TEXTURE_H_
#define ANIMATE_ENGINE_SYNTH_FABRIC_TEXTURE_H_

#include <cmath>

#include "engine/synth/canvas.h"
#include "engine/synth/character.h"

namespace animate {

// How much of a pixel of size `pixel` at `x` is in the second half of each
// period, all in the same unit.
inline float StripeShare(float x, float period, float pixel) {
  const float phase = x / period - std::floor(x / period);
  const float edge = (0.25F - std::abs(phase - 0.5F)) * period;
  // A period smaller than a pixel is seen as its mean.
  const float sharp = std::min(1.0F, period / (2.5F * pixel));
  return 0.5F + sharp * (Coverage(-edge / pixel) - 0.5F);
}

// The colour of `fabric` at a place on the cloth: `along` the limb and `across`
// it, in body heights; `pixel` is the size of a pixel there.
inline Color TextureColor(const Fabric& fabric, float along, float across,
                          float pixel) {
  const auto period = static_cast<float>(fabric.period);
  switch (fabric.pattern) {
    case Pattern::kPlain:
      return fabric.color;
    case Pattern::kStripes:
      return Mix(fabric.color, fabric.second,
                 StripeShare(along, period, pixel));
    case Pattern::kBars:
      return Mix(fabric.color, fabric.second,
                 StripeShare(across + 0.25F * period, period, pixel));
    case Pattern::kChecks: {
      const float a = StripeShare(along, period, pixel);
      const float b = StripeShare(across, period, pixel);
      return Mix(fabric.color, fabric.second, 0.5F * (a + b));
    }
    case Pattern::kDots: {
      const float row = std::floor(along / period);
      const float shift = std::fmod(std::abs(row), 2.0F) < 0.5F ? 0.0F : 0.5F;
      const float u = along / period - row - 0.5F;
      const float c = across / period + shift;
      const float v = c - std::floor(c) - 0.5F;
      const float d = (std::sqrt(u * u + v * v) - 0.27F) * period / pixel;
      return Mix(fabric.color, fabric.second, Coverage(d));
    }
    case Pattern::kBlocks:
      return Mix(fabric.color, fabric.second,
                 Coverage((along - 2.2F * period) / pixel));
  }
  return fabric.color;
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_FABRIC_TEXTURE_H_
