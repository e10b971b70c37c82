#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/synth/brush.h"
#include "engine/synth/renderer.h"
#include "engine/synth/shapes.h"

namespace animate {
namespace {

constexpr size_t kFingerCount = 5;

// A finger as two limbs: from the knuckle over the middle to the tip.
struct DrawnFinger {
  Capsule base, tip;

  float Distance(Spot p) const {
    return std::min(base.Distance(p), tip.Distance(p));
  }
};

}  // namespace

void DrawHand(const Brush& brush, int side) {
  const CharacterLook& look = brush.character.look;
  const Proportions& body = brush.character.body;
  const auto& points = brush.figure.hand[side];
  const auto at = [&](size_t i) { return brush.At(points[i]); };
  const float radius = brush.Pixels(body.hand * 0.092);
  DrawnFinger fingers[kFingerCount];
  PixelBox box;
  for (size_t i = 0; i < kFingerCount; ++i) {
    const size_t first = 1 + 4 * i;
    const float r = radius * (i == 0 ? 1.12F : i == 4 ? 0.9F : 1.0F);
    fingers[i] = {{at(first), at(first + 1), 1.05F * r, r},
                  {at(first + 1), at(first + 3), r, 0.82F * r}};
    fingers[i].base.Extend(box);
    fingers[i].tip.Extend(box);
  }
  // The palm: a broad limb from the wrist to the knuckles.
  const Vector3 knuckles = 0.5 * (points[5] + points[17]);
  const float across = 0.5F * Norm(at(5) - at(17));
  const float thick = brush.Pixels(body.hand * 0.15);
  const float palm_radius = std::max(across + 0.6F * radius, thick);
  const Spot wrist = at(0);
  const Spot toward = brush.At(knuckles) - wrist;
  const float wrist_radius = brush.Pixels(body.wrist_radius) * 1.04F;
  const Capsule palm{wrist + 0.12F * toward, wrist + 0.78F * toward,
                     wrist_radius, palm_radius};
  palm.Extend(box);
  const Color base = look.gloves ? look.glove : look.skin;
  const Color line = LineOf(base);
  const Spot middle = wrist + 0.9F * toward;
  const float size = brush.Pixels(0.6 * body.hand);
  // Fingers are told apart by lines where there are pixels enough.
  const float crease = std::clamp((radius - 1.6F) / 3.0F, 0.0F, 0.75F);
  brush.canvas.Fill(
      box.Grown(brush.line_width + 1.0F),
      static_cast<uint8_t>(side == 0 ? FigurePart::kRightHand
                                     : FigurePart::kLeftHand),
      [&](Spot p) -> Paint {
        float nearest = 1e9F;
        float second = 1e9F;
        for (const DrawnFinger& finger : fingers) {
          const float d = finger.Distance(p);
          if (d < nearest) {
            second = nearest;
            nearest = d;
          } else {
            second = std::min(second, d);
          }
        }
        const float of_palm = palm.Distance(p);
        const float distance = std::min(nearest, of_palm);
        if (distance > brush.line_width + 0.5F) return {};
        const Spot from = p - middle;
        const float light =
            Lit(from.x / size, from.y / size,
                0.55F + 0.45F * std::min(1.0F, -distance / radius));
        Color color = Shaded(base, light);
        if (crease > 0.0F && of_palm > -0.5F * radius) {
          const float gap = 0.5F * (second - nearest);
          color = Mix(color, line,
                      crease * Coverage(gap - 0.45F * brush.line_width));
        }
        return Outlined(color, line, distance, brush.line_width);
      });
}

}  // namespace animate
