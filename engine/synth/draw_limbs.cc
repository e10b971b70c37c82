// Arms, legs, feet and the shadow under them.
#include <algorithm>
#include <cmath>

#include "engine/synth/brush.h"
#include "engine/synth/fabric_texture.h"
#include "engine/synth/renderer.h"
#include "engine/synth/shapes.h"

namespace animate {
namespace {

// A stretch of a limb and what covers it.
struct Cover {
  const Fabric& fabric;
  float from = 0.0F;  // along the limb
  float to = 2.0F;
  FigurePart part;
  // Where the line at the sides begins and ends; it fades in and out.
  float line_from = -1.0F;
  float line_to = 3.0F;
};

struct Limb {
  BentLimb shape;
  float length[2];  // of the bones, body heights
  float radius;     // body heights, for patterns
};

Limb ArmOf(const Brush& brush, int side, double looser) {
  const Proportions& b = brush.character.body;
  const Figure& f = brush.figure;
  const Spot shoulder = brush.At(f.shoulder[side].position);
  const Spot elbow = brush.At(f.elbow[side].position);
  const Spot wrist = brush.At(f.wrist[side].position);
  const float r0 = brush.Pixels(looser * b.shoulder_radius);
  const float r1 = brush.Pixels(looser * b.elbow_radius);
  const float r2 = brush.Pixels(looser * b.wrist_radius);
  return {.shape = {{shoulder, elbow, r0, r1}, {elbow, wrist, r1, r2}},
          .length = {static_cast<float>(b.upper_arm),
                     static_cast<float>(b.forearm)},
          .radius = static_cast<float>(b.elbow_radius)};
}

Limb LegOf(const Brush& brush, int side, double looser) {
  const Proportions& b = brush.character.body;
  const Figure& f = brush.figure;
  const Spot hip = brush.At(f.hip[side].position);
  const Spot knee = brush.At(f.knee[side].position);
  const Spot ankle = brush.At(f.ankle[side].position);
  const float r0 = brush.Pixels((looser - 0.08) * b.thigh_radius);
  const float r1 = brush.Pixels(looser * b.knee_radius);
  const float r2 = brush.Pixels(looser * b.ankle_radius);
  return {.shape = {{hip, knee, r0, r1}, {knee, ankle, r1, r2}},
          .length = {static_cast<float>(b.thigh), static_cast<float>(b.shin)},
          .radius = static_cast<float>(b.knee_radius)};
}

void PaintLimb(const Brush& brush, const Limb& limb, const Cover& cover) {
  const Spot axis[2] = {limb.shape.Axis(0.0F), limb.shape.Axis(2.0F)};
  const float bone[2] = {Norm(limb.shape.upper.b - limb.shape.upper.a),
                         Norm(limb.shape.lower.b - limb.shape.lower.a)};
  const float pixel = 1.0F / brush.scale;
  const Color line = LineOf(cover.fabric.color);
  brush.canvas.Fill(
      limb.shape.Box().Grown(brush.line_width + 1.0F),
      static_cast<uint8_t>(cover.part), [&](Spot p) -> Paint {
        const LimbHit hit = limb.shape.Hit(p);
        const int part = hit.along > 1.0F ? 1 : 0;
        float distance = hit.distance;
        if (cover.to < 2.0F) {
          distance = std::max(distance, (hit.along - cover.to) * bone[part]);
        }
        if (cover.from > 0.0F) {
          distance = std::max(distance, (cover.from - hit.along) * bone[part]);
        }
        float width = brush.line_width;
        if (cover.line_from >= 0.0F) {
          width *=
              SmoothStep(cover.line_from, cover.line_from + 0.3F, hit.along);
        }
        if (hit.along > cover.line_to - 0.1F) {
          width *= SmoothStep(cover.line_to, cover.line_to - 0.1F, hit.along);
        }
        if (distance > width + 0.5F) return {};
        const float v = std::clamp(hit.across, -1.0F, 1.0F);
        const float toward = std::sqrt(1.0F - v * v);
        const float light = Lit(-v * axis[part].y, v * axis[part].x, toward);
        const float along =
            part == 0 ? hit.along * limb.length[0]
                      : limb.length[0] + (hit.along - 1.0F) * limb.length[1];
        const float across = v * (1.0F + 0.25F * v * v) * limb.radius;
        const Color color = TextureColor(cover.fabric, along, across, pixel);
        return Outlined(Shaded(color, light), line, distance, width);
      });
}

FigurePart ArmPart(int side) {
  return side == 0 ? FigurePart::kRightArm : FigurePart::kLeftArm;
}
FigurePart LegPart(int side) {
  return side == 0 ? FigurePart::kRightLeg : FigurePart::kLeftLeg;
}

bool HasTrousers(const CharacterLook& look) {
  return look.bottoms == Bottoms::kTrousers || look.bottoms == Bottoms::kShorts;
}

constexpr double kSleeveLoose = 1.16;
constexpr double kTrouserLoose = 1.12;

}  // namespace

void DrawShadow(const Brush& brush) {
  const Figure& f = brush.figure;
  // Under the body's middle, as wide as the feet stand apart, fainter and
  // wider the higher it jumps.
  const Spot pelvis = brush.At(f.pelvis.position);
  float left = pelvis.x;
  float right = pelvis.x;
  double lowest = f.pelvis.position.y;
  for (int side = 0; side < 2; ++side) {
    for (const Vector3& at : {f.big_toe[side], f.heel[side]}) {
      const Spot spot = brush.At(at);
      if (at.y > 0.25) continue;
      left = std::min(left, spot.x);
      right = std::max(right, spot.x);
      lowest = std::min(lowest, at.y);
    }
  }
  const float height = brush.Pixels(std::max(0.0, lowest));
  const float a = 0.5F * (right - left) + brush.Pixels(0.085);
  const float b = brush.Pixels(0.026);
  const Spot center{0.5F * (left + right),
                    static_cast<float>(brush.view.ground()) - 0.3F * b};
  const float strength = 0.30F / (1.0F + 6.0F * height / brush.scale);
  const PixelBox box{center.x - 1.5F * a, center.y - 1.5F * b,
                     center.x + 1.5F * a, center.y + 1.5F * b};
  brush.canvas.Tint(box, [&](Spot p) -> Paint {
    const float u = (p.x - center.x) / a;
    const float v = (p.y - center.y) / b;
    const float away = std::sqrt(u * u + v * v);
    return {{26.0F, 22.0F, 44.0F}, strength * SmoothStep(1.35F, 0.45F, away)};
  });
}

void DrawArmLine(const Brush& brush, int side) {
  const CharacterLook& look = brush.character.look;
  const bool sleeve = look.sleeve_end > 0.0;
  const Capsule upper =
      ArmOf(brush, side, sleeve ? kSleeveLoose : 1.0).shape.upper;
  PixelBox box;
  upper.Extend(box);
  const Color line = LineOf(sleeve ? look.sleeve.color : look.skin);
  brush.canvas.Fill(
      box.Grown(brush.line_width + 1.0F), static_cast<uint8_t>(ArmPart(side)),
      [&](Spot p) -> Paint {
        return {line, Coverage(upper.Distance(p) - brush.line_width)};
      });
}

void DrawArm(const Brush& brush, int side) {
  const CharacterLook& look = brush.character.look;
  const Fabric skin{.color = look.skin};
  const FigurePart part = ArmPart(side);
  const auto end = static_cast<float>(look.sleeve_end);
  DrawHand(brush, side);
  if (end < 1.5F) {
    // A hand goes on from the arm without a line between, unless gloved.
    const float line_to = look.gloves ? 3.0F : 1.97F;
    PaintLimb(brush, ArmOf(brush, side, 1.0),
              {.fabric = skin,
               .to = look.gloves ? 1.92F : 2.0F,
               .part = part,
               .line_from = 0.25F,
               .line_to = line_to});
  }
  if (end > 0.0F) {
    PaintLimb(
        brush, ArmOf(brush, side, kSleeveLoose),
        {.fabric = look.sleeve, .to = end, .part = part, .line_from = 0.2F});
  }
}

void DrawLeg(const Brush& brush, int side) {
  const CharacterLook& look = brush.character.look;
  const Fabric skin{.color = look.skin};
  const FigurePart part = LegPart(side);
  const auto end = static_cast<float>(look.legs_end);
  const bool trousers = HasTrousers(look);
  if (!trousers || end < 1.6F) {
    PaintLimb(brush, LegOf(brush, side, 1.0), {.fabric = skin, .part = part});
  }
  if (look.sock_start < 2.0 && (!trousers || end < 1.6F)) {
    const Fabric sock{.color = look.sock};
    PaintLimb(brush, LegOf(brush, side, 1.06),
              {.fabric = sock,
               .from = static_cast<float>(look.sock_start),
               .part = part});
  }
  DrawFoot(brush, side);
  if (trousers) {
    PaintLimb(brush, LegOf(brush, side, kTrouserLoose),
              {.fabric = look.legs, .to = end, .part = part});
  }
}

void DrawFoot(const Brush& brush, int side) {
  const CharacterLook& look = brush.character.look;
  const Proportions& body = brush.character.body;
  const Figure& f = brush.figure;
  const Vector3 toes = 0.5 * (f.big_toe[side] + f.small_toe[side]);
  // A shoe is a ball at the heel and a larger one at the toes, cut off flat
  // below.
  const double thick =
      std::max(0.85 * body.ankle_height, 1.08 * body.ankle_radius);
  const JointFrame& ankle = f.ankle[side];
  const Vector3 up = Rotate(ankle.rotation, {0.0, 1.0, 0.0});
  const Vector3 heel = f.heel[side] + 0.60 * body.ankle_height * up;
  const Vector3 ball = toes + 0.34 * body.ankle_height * up;
  const Capsule shoe{brush.At(heel), brush.At(ball), brush.Pixels(0.94 * thick),
                     brush.Pixels(0.80 * thick)};
  const Capsule shaft{brush.At(ankle.position), brush.At(heel),
                      brush.Pixels(1.14 * body.ankle_radius),
                      brush.Pixels(0.9 * thick)};
  const Spot sole_at =
      brush.At(0.5 * (f.heel[side] + toes) - 0.28 * body.ankle_height * up);
  const Spot up_spot = brush.At(ankle.position + up) - brush.At(ankle.position);
  const Spot down = (-1.0F / brush.scale) * up_spot;
  const float flat = Norm(down);
  const float sole_height = brush.Pixels(0.26 * body.ankle_height);
  PixelBox box;
  shoe.Extend(box);
  shaft.Extend(box);
  const Color line = LineOf(look.shoe);
  const float top = shaft.a.y;
  brush.canvas.Fill(
      box.Grown(brush.line_width + 1.0F),
      static_cast<uint8_t>(side == 0 ? FigurePart::kRightFoot
                                     : FigurePart::kLeftFoot),
      [&](Spot p) -> Paint {
        float distance = std::min(shoe.Distance(p), shaft.Distance(p));
        const float below = Dot(p - sole_at, down);
        if (flat > 0.4F) distance = std::max(distance, below / flat);
        if (distance > brush.line_width + 0.5F) return {};
        const float light =
            SmoothStep(0.9F, -0.3F, (p.y - top) / brush.Pixels(1.3 * thick));
        Color color = Shaded(look.shoe, 0.25F + 0.75F * light);
        if (flat > 0.4F) {
          color = Mix(look.sole, color, Coverage(below / flat + sole_height));
        }
        return Outlined(color, line, distance, brush.line_width);
      });
}

}  // namespace animate
