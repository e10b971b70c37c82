// Hair and hats.
#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/synth/brush.h"
#include "engine/synth/hair_strands.h"
#include "engine/synth/hairline.h"
#include "engine/synth/renderer.h"
#include "engine/synth/shapes.h"

namespace animate {
namespace {

constexpr auto kHairPart = static_cast<uint8_t>(FigurePart::kHair);

// How much larger than the skull the hair on it is.
float ShellFactor(const CharacterLook& look) {
  return 1.04F + 0.05F * static_cast<float>(look.hair_volume);
}

void PaintStrands(const Brush& brush, const HeadView& head,
                  const std::vector<Capsule>& strands, float brightness) {
  if (strands.empty()) return;
  PixelBox box;
  for (const Capsule& strand : strands) strand.Extend(box);
  const Color& hair = brush.character.look.hair;
  const Color line = LineOf(hair);
  const Spot middle = head.center();
  const float size = 1.0F / (1.5F * head.half_height());
  const bool tufts = brush.character.look.hair_style == HairStyle::kSpiky ||
                     brush.character.look.hair_style == HairStyle::kCurly;
  brush.canvas.Fill(
      box.Grown(brush.line_width + 1.0F), kHairPart, [&](Spot p) -> Paint {
        float distance = 1e9F;
        float across = 0.0F;
        for (const Capsule& strand : strands) {
          const LimbHit hit = strand.Hit(p);
          if (hit.distance < distance) {
            distance = hit.distance;
            across = hit.across;
          }
        }
        if (distance > brush.line_width + 0.5F) return {};
        const Spot from = size * (p - middle);
        float light = SmoothStep(0.75F, -0.35F, 0.55F * from.x + 0.6F * from.y);
        if (tufts) light = std::min(light, SmoothStep(0.9F, 0.1F, across));
        return Outlined(Shaded(hair, brightness * light), line, distance,
                        brush.line_width);
      });
}

// The hair on the skull, or only what a hat leaves of it.
void PaintCap(const Brush& brush, const HeadView& head) {
  const CharacterLook& look = brush.character.look;
  const float factor = ShellFactor(look);
  const float size = head.half_height();
  const Color line = LineOf(look.hair);
  const Color shine = Mix(look.hair, Color{255, 255, 255}, 0.28F);
  PixelBox box;
  box.Include(head.center(), 1.25F * std::max(size, head.half_width()));
  brush.canvas.Fill(
      box.Grown(brush.line_width + 1.0F), kHairPart, [&](Spot p) -> Paint {
        const HeadView::Hit hit = head.At(p, factor);
        if (hit.distance > brush.line_width + 0.5F) return {};
        const float edge =
            -AboveHairline(look, hit.x, hit.y, hit.z) * size * 0.9F;
        const float distance = std::max(hit.distance, edge);
        const float light =
            Lit(hit.right, hit.down, 0.25F + 0.75F * hit.toward);
        Color color = Shaded(look.hair, light);
        // A ring of light around the crown, broken into locks.
        const float lock = 0.06F * std::sin(11.0F * hit.z + 5.0F * hit.x);
        const float ring = std::abs(hit.y - 0.66F + lock) - 0.055F;
        color =
            Mix(color, shine, 0.8F * light * SmoothStep(0.05F, -0.02F, ring));
        return Outlined(color, line, distance, brush.line_width);
      });
}

void PaintHat(const Brush& brush, const HeadView& head) {
  const CharacterLook& look = brush.character.look;
  const bool beanie = look.hat == HatStyle::kBeanie;
  const float factor = beanie ? 1.17F : 1.14F;
  const float size = head.half_height();
  const Color line = LineOf(look.hat_color);
  const Color rim = Mix(look.hat_color, Color{255, 255, 255}, 0.35F);
  const float low = beanie ? 0.24F : 0.34F;
  PixelBox box;
  box.Include(head.center(), 1.35F * std::max(size, head.half_width()));
  const auto ball = [&](const Vector3& at, float radius, const Color& color) {
    const ViewPoint v = head.Project(at);
    const Spot middle{static_cast<float>(v.x), static_cast<float>(v.y)};
    PixelBox around;
    around.Include(middle, radius);
    brush.canvas.Fill(around.Grown(brush.line_width + 1.0F), kHairPart,
                      [&](Spot p) -> Paint {
                        return Outlined(color, line, Norm(p - middle) - radius,
                                        brush.line_width);
                      });
  };
  if (beanie) ball({0.0, 1.26, 0.0}, 0.24F * size, rim);
  brush.canvas.Fill(
      box.Grown(brush.line_width + 1.0F), kHairPart, [&](Spot p) -> Paint {
        const HeadView::Hit hit = head.At(p, factor);
        if (hit.distance > brush.line_width + 0.5F) return {};
        const float above = hit.y - low + (beanie ? 0.0F : 0.12F * hit.x);
        const float distance = std::max(hit.distance, -above * size);
        const float light = Lit(hit.right, hit.down, 0.2F + 0.8F * hit.toward);
        Color color = look.hat_color;
        if (beanie) {
          color = Mix(color, rim, Coverage((above - 0.26F) * size));
          const float knit = std::sin(26.0F * std::atan2(hit.z, hit.x));
          color = Mix(color, ShadeOf(color), 0.16F * (1.0F + knit));
        }
        return Outlined(Shaded(color, light), line, distance, brush.line_width);
      });
  if (beanie || head.Toward({1.0, 0.0, 0.0}) < -0.1) return;
  // The visor: a flat tongue ahead of the forehead.
  const auto at = [&](const Vector3& v) {
    const ViewPoint seen = head.Project(v);
    return Spot{static_cast<float>(seen.x), static_cast<float>(seen.y)};
  };
  const Capsule sides{at({0.98, 0.26, 0.46}), at({0.98, 0.26, -0.46}),
                      0.13F * size, 0.13F * size};
  const Capsule middle{at({1.0, 0.26, 0.0}), at({1.50, 0.14, 0.0}),
                       0.20F * size, 0.17F * size};
  PixelBox visor;
  sides.Extend(visor);
  middle.Extend(visor);
  brush.canvas.Fill(
      visor.Grown(brush.line_width + 1.0F), kHairPart, [&](Spot p) -> Paint {
        const float d = std::min(sides.Distance(p), middle.Distance(p));
        return Outlined(ShadeOf(look.hat_color), line, d, brush.line_width);
      });
}

}  // namespace

void DrawHairBehind(const Brush& brush, const HeadView& head) {
  // What hangs behind the face lies in its shade.
  const HairStyle style = brush.character.look.hair_style;
  const bool hangs = style == HairStyle::kLong || style == HairStyle::kBob;
  PaintStrands(brush, head, PlaceStrands(brush, head).behind,
               hangs ? 0.45F : 0.85F);
}

void DrawHairBefore(const Brush& brush, const HeadView& head) {
  const CharacterLook& look = brush.character.look;
  if (look.hair_style != HairStyle::kBald) PaintCap(brush, head);
  PaintStrands(brush, head, PlaceStrands(brush, head).before, 1.0F);
  if (look.hat != HatStyle::kNone) PaintHat(brush, head);
}

}  // namespace animate
