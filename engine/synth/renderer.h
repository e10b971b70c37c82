#ifndef ANIMATE_ENGINE_SYNTH_RENDERER_H_
#define ANIMATE_ENGINE_SYNTH_RENDERER_H_

#include <cstdint>
#include <vector>

#include "engine/animation/image.h"
#include "engine/pose/pose_frame.h"
#include "engine/synth/character.h"
#include "engine/synth/figure.h"
#include "engine/synth/scene.h"
#include "engine/synth/view.h"

namespace animate {

// What the nearest thing at a pixel is.
enum class FigurePart : uint8_t {
  kBackground,
  kTorso,
  kNeck,
  kHead,
  kHair,
  kRightArm,
  kLeftArm,
  kRightHand,
  kLeftHand,
  kRightLeg,
  kLeftLeg,
  kRightFoot,
  kLeftFoot,
};

// A drawn picture and the truth about it.
struct RenderedFrame {
  RgbImage image;
  // All 134 keypoints in pixels of `image`. Confidence 1: to be seen; 0.5:
  // covered by another part of the body; 0: on the far side of the head, or
  // outside the picture.
  PersonPose keypoints;
  // One FigurePart per pixel, rows from the top.
  std::vector<uint8_t> parts;
};

// Draws one character in front of one scene. Anti-aliased by distance
// functions, so that a figure looks alike at every size; patterns are fixed to
// the limbs. Immutable, thread-safe; runs on the calling thread only. The
// same input gives the same bytes within one build, and elsewhere up to the
// rounding of its compiler and math library.
class Renderer {
 public:
  // REQUIRES: width, height > 0.
  Renderer(const Character& character, const Scene& scene, int width,
           int height);

  RenderedFrame Render(const Figure& figure, const View& view) const;

 private:
  Character character_;
  RgbImage background_;
  bool shadow_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_RENDERER_H_
