// Torso, skirt and neck.
#include <algorithm>
#include <cmath>

#include "engine/synth/brush.h"
#include "engine/synth/fabric_texture.h"
#include "engine/synth/renderer.h"
#include "engine/synth/shapes.h"

namespace animate {
namespace {

constexpr float kShoulders = 0.84F;  // where they begin to slope, of the torso
constexpr float kTop = 0.22F;        // how far they go on
constexpr float kBottom = 0.24F;     // how far the crotch is below the hips
constexpr float kBelt = 0.08F;

bool IsDress(const CharacterLook& look) {
  return look.bottoms == Bottoms::kDress;
}

// How a part of the torso is turned: how broad it is seen, relative to from
// ahead, and where its front is (0 towards the viewer, + to the right).
struct Turned {
  float breadth;
  float front;
};

Turned TurnOf(const Brush& brush, const JointFrame& joint, double depth) {
  const Vector3 side = brush.view.Turn(Rotate(joint.rotation, {0.0, 0.0, 1.0}));
  const Vector3 front =
      brush.view.Turn(Rotate(joint.rotation, {1.0, 0.0, 0.0}));
  const double c2 = std::min(1.0, side.z * side.z + side.y * side.y);
  return {static_cast<float>(std::sqrt(c2 + depth * depth * (1.0 - c2))),
          static_cast<float>(std::atan2(-front.z, front.x))};
}

// The torso as seen: a bulging column from between the hips to the neck.
class TorsoShape {
 public:
  explicit TorsoShape(const Brush& brush) {
    const Proportions& body = brush.character.body;
    bottom_ = brush.At(brush.figure.pelvis.position);
    const Spot top = brush.At(brush.figure.chest.position);
    Spot axis = top - bottom_;
    const float full = brush.Pixels(body.torso);
    length_ = Norm(axis);
    if (length_ < 1e-3F) axis = {0.0F, -1.0F};
    up_ = (1.0F / std::max(length_, 1e-3F)) * axis;
    // Seen from above it is still as thick as a chest.
    if (length_ < 0.4F * full) {
      bottom_ = bottom_ - 0.5F * (0.4F * full - length_) * up_;
      length_ = 0.4F * full;
    }
    const Turned low = TurnOf(brush, brush.figure.pelvis, body.depth + 0.1);
    const Turned high = TurnOf(brush, brush.figure.chest, body.depth);
    front_low_ = low.front;
    front_step_ = static_cast<float>(
        std::remainder(double{high.front - low.front}, 2.0 * M_PI));
    pelvis_ = brush.Pixels(body.pelvis_half_width) * low.breadth;
    chest_ = brush.Pixels(body.chest_half_width) * high.breadth;
    waist_ = brush.Pixels(body.waist_half_width) * 0.5F *
             (low.breadth + high.breadth);
    const double neck = body.neck_radius + 0.4 * body.neck;
    for (int side = 0; side < 2; ++side) {
      const Vector3& chest = brush.figure.chest.position;
      const Vector3& shoulder = brush.figure.shoulder[side].position;
      // The far shoulder belongs to the arm behind.
      const bool far =
          brush.Depth(shoulder) <
          brush.Depth(chest) - brush.Pixels(0.4 * body.shoulder_half_width);
      const double reach = far ? 0.5 : 1.0;
      slope_[side] = {brush.At(chest + reach * (shoulder - chest)),
                      brush.At(brush.figure.chest.At({0.0, neck, 0.0})),
                      brush.Pixels(1.08 * body.shoulder_radius),
                      brush.Pixels(0.90 * body.neck_radius)};
    }
  }

  struct Hit {
    float distance;  // from the edge, pixels
    float height;    // 0 hips, 1 shoulder line
    float across;    // [-1, 1]
  };

  Hit At(Spot p) const {
    const Spot off = p - bottom_;
    const float y = Dot(off, up_);
    const float x = Cross(up_, off);
    const float t = y / length_;
    Hit hit{.distance = 0.0F, .height = t, .across = 0.0F};
    if (t < 0.0F) {
      hit.distance = EllipseDistance(x, y, pelvis_, kBottom * length_);
      hit.across = x / pelvis_;
    } else if (t > kShoulders) {
      hit.distance =
          EllipseDistance(x, y - kShoulders * length_, chest_, kTop * length_);
      hit.across = x / chest_;
    } else {
      const float width = HalfWidth(t);
      hit.distance = 0.97F * (std::abs(x) - width);
      hit.across = x / width;
    }
    // From the neck to the shoulders.
    if (t > 0.6F) {
      hit.distance = std::min(
          {hit.distance, slope_[0].Distance(p), slope_[1].Distance(p)});
    }
    return hit;
  }

  // The azimuth on the body of what is seen at a hit: 0 is its front, + to its
  // left.
  float Azimuth(const Hit& hit) const {
    const float seen = std::asin(std::clamp(hit.across, -1.0F, 1.0F));
    const float front =
        front_low_ + std::clamp(hit.height, 0.0F, 1.0F) * front_step_;
    return static_cast<float>(std::remainder(double{seen - front}, 2.0 * M_PI));
  }

  float HalfWidth(float t) const {
    if (t < 0.42F) {
      return Bend(pelvis_, waist_, t / 0.42F);
    }
    return Bend(waist_, chest_,
                std::min(1.0F, (t - 0.42F) / (kShoulders - 0.42F)));
  }

  PixelBox Box() const {
    PixelBox box;
    const float width = std::max({pelvis_, waist_, chest_});
    box.Include(bottom_ - (kBottom * length_) * up_, width);
    box.Include(bottom_ + ((kShoulders + kTop) * length_) * up_, width);
    for (const Capsule& slope : slope_) slope.Extend(box);
    return box;
  }

  Spot up() const { return up_; }
  float length() const { return length_; }

 private:
  static float Bend(float from, float to, float u) {
    return from + (to - from) * u * u * (3.0F - 2.0F * u);
  }

  Spot bottom_, up_;
  float length_;
  float pelvis_, waist_, chest_;
  float front_low_, front_step_;
  Capsule slope_[2];
};

// Signed distance from an emblem of half size 1 around the origin, y up.
float EmblemDistance(Emblem emblem, float x, float y) {
  switch (emblem) {
    case Emblem::kDisc:
      return std::sqrt(x * x + y * y) - 0.9F;
    case Emblem::kStar: {
      const float fifth = static_cast<float>(2.0 * M_PI / 5.0);
      const float angle = std::atan2(x, y);
      const float a = std::abs(angle - fifth * std::nearbyint(angle / fifth));
      const float r = std::sqrt(x * x + y * y);
      // The edge from a tip (radius 1) to a notch.
      const float px = r * std::sin(a);
      const float py = r * std::cos(a);
      const float nx = 0.42F * std::sin(0.5F * fifth);
      const float ny = 0.42F * std::cos(0.5F * fifth);
      const float ex = nx;
      const float ey = ny - 1.05F;
      const float length = std::sqrt(ex * ex + ey * ey);
      return (ex * (py - 1.05F) - ey * px) / length;
    }
    case Emblem::kHeart: {
      const float ax = std::abs(x);
      const float top =
          std::sqrt((ax - 0.42F) * (ax - 0.42F) + (y - 0.30F) * (y - 0.30F)) -
          0.52F;
      const float edge = (ax * 0.74F - (y + 0.92F) * 0.67F);
      const float below = std::max(edge, y - 0.22F);
      return std::min(top, below);
    }
    case Emblem::kBand:
      return std::abs(y) - 0.55F;
    case Emblem::kNone:
      break;
  }
  return 1e9F;
}

}  // namespace

void DrawTorsoLine(const Brush& brush) {
  const CharacterLook& look = brush.character.look;
  const TorsoShape shape(brush);
  const Color low = LineOf(look.legs.color);
  const Color high = LineOf(look.shirt.color);
  brush.canvas.Fill(shape.Box().Grown(brush.line_width + 1.0F),
                    static_cast<uint8_t>(FigurePart::kTorso),
                    [&](Spot p) -> Paint {
                      const TorsoShape::Hit hit = shape.At(p);
                      return {hit.height < kBelt ? low : high,
                              Coverage(hit.distance - brush.line_width)};
                    });
}

void DrawTorso(const Brush& brush) {
  const CharacterLook& look = brush.character.look;
  const Proportions& body = brush.character.body;
  const TorsoShape shape(brush);
  const float pixel = 1.0F / brush.scale;
  const auto torso = static_cast<float>(body.torso);
  const auto breadth = static_cast<float>(body.chest_half_width);
  const float emblem_size = 0.50F * breadth;
  const Color low_line = LineOf(look.legs.color);
  const Color high_line = LineOf(look.shirt.color);
  const float belt = look.belt ? 0.045F : 0.0F;
  const Spot up = shape.up();
  const float neck = 1.35F * static_cast<float>(body.neck_radius);
  const Color shadow = ShadeOf(look.skin);
  const Color neckline = ShadeOf(look.shirt.color);
  const bool emblem = look.emblem != Emblem::kNone;
  brush.canvas.Fill(
      shape.Box().Grown(brush.line_width + 1.0F),
      static_cast<uint8_t>(FigurePart::kTorso), [&](Spot p) -> Paint {
        const TorsoShape::Hit hit = shape.At(p);
        // Legs go on from the torso without a line between.
        const float width =
            brush.line_width * SmoothStep(-0.02F, 0.14F, hit.height);
        if (hit.distance > width + 0.5F) return {};
        const float v = std::clamp(hit.across, -1.0F, 1.0F);
        const float azimuth = shape.Azimuth(hit);
        const float along = (1.0F - hit.height) * torso;
        const float across = azimuth * breadth;
        Color color;
        const float over_belt = (hit.height - kBelt) * torso / pixel;
        if (over_belt > -0.5F || IsDress(look)) {
          color = TextureColor(look.shirt, along, across, pixel);
          if (emblem) {
            const float x = look.emblem == Emblem::kBand ? 0.0F : across;
            const float y = (hit.height - 0.56F) * torso;
            const float d =
                EmblemDistance(look.emblem, -x / emblem_size, y / emblem_size);
            color = Mix(color, look.emblem_color,
                        Coverage(d * emblem_size / pixel));
          }
          // The neckline, at the front.
          const float ny = (hit.height - 1.07F) * torso;
          const float nd =
              (std::sqrt(across * across + ny * ny) - neck) / pixel;
          if (std::abs(azimuth) < 1.6F && hit.height > 0.7F) {
            color =
                Mix(color, neckline, Coverage(nd - 1.6F * brush.line_width));
            color = Mix(color, shadow, Coverage(nd));
          }
        }
        if (!IsDress(look) && over_belt < 0.5F) {
          const Color below =
              TextureColor(look.legs, -hit.height * torso, across, pixel);
          color = Mix(color, below, Coverage(over_belt));
        }
        const float to_belt =
            (std::abs(hit.height - kBelt) - belt) * torso / pixel;
        if (look.belt) {
          color = Mix(color, look.belt_color, Coverage(to_belt));
        } else if (!IsDress(look)) {
          color = Mix(color, high_line,
                      0.55F * Coverage(to_belt - 0.4F * brush.line_width));
        }
        const float toward = std::sqrt(1.0F - v * v);
        // perpendicular to up, clockwise
        const float light =
            Lit(-0.85F * v * up.y, 0.85F * v * up.x, 0.15F + 0.85F * toward);
        return Outlined(Shaded(color, light),
                        hit.height < kBelt ? low_line : high_line, hit.distance,
                        width);
      });
}

void DrawSkirt(const Brush& brush) {
  const CharacterLook& look = brush.character.look;
  const Proportions& body = brush.character.body;
  const Figure& f = brush.figure;
  const auto point_of_leg = [&](int side) {
    const auto end = look.legs_end;
    const Vector3& hip = f.hip[side].position;
    const Vector3& knee = f.knee[side].position;
    const Vector3& ankle = f.ankle[side].position;
    return end <= 1.0 ? hip + end * (knee - hip)
                      : knee + (end - 1.0) * (ankle - knee);
  };
  const Vector3 right = point_of_leg(0);
  const Vector3 left = point_of_leg(1);
  const TorsoShape torso(brush);
  const Spot waist = brush.At(
      f.pelvis.position + 1.6 * kBelt * (f.chest.position - f.pelvis.position));
  const Spot hem = brush.At(0.5 * (right + left) + 0.8 * f.lag);
  Spot axis = hem - waist;
  const float length = std::max(Norm(axis), brush.Pixels(0.05));
  axis = (1.0F / std::max(Norm(axis), 1e-3F)) * axis;
  const float spread =
      0.5F * std::abs(Cross(axis, brush.At(right) - brush.At(left)));
  const float top_width = torso.HalfWidth(1.6F * kBelt) + 0.5F;
  const float hem_width =
      std::max(spread + brush.Pixels(1.25 * body.thigh_radius),
               top_width * (look.legs_end > 1.0 ? 1.30F : 1.42F));
  const float pixel = 1.0F / brush.scale;
  const float world_length = length * pixel;
  const float breadth = 1.5F * static_cast<float>(body.pelvis_half_width);
  const Turned turned = TurnOf(brush, f.pelvis, 1.0);
  const Color line = LineOf(look.legs.color);
  PixelBox box;
  box.Include(waist, top_width);
  box.Include(waist + 1.05F * length * axis, hem_width);
  const float from_top = IsDress(look) ? 0.10F : 0.0F;
  brush.canvas.Fill(
      box.Grown(brush.line_width + 1.0F),
      static_cast<uint8_t>(FigurePart::kTorso), [&](Spot p) -> Paint {
        const Spot off = p - waist;
        const float y = Dot(off, axis);
        const float x = Cross(axis, off);
        const float t = y / length;
        const float inside = std::clamp(t, 0.0F, 1.05F);
        const float bell = inside * (1.45F - 0.45F * inside);
        const float half = top_width + (hem_width - top_width) * bell;
        const float u = x / half;
        const float wave =
            0.018F * length * std::sin(7.0F * u + 2.0F * turned.front) -
            0.05F * length * u * u;
        const float side = 0.95F * (std::abs(x) - half);
        const float distance =
            std::max({side, y - length - wave, -y - 0.6F * brush.line_width});
        const float width =
            brush.line_width *
            (IsDress(look) ? SmoothStep(from_top, from_top + 0.1F, t) : 1.0F);
        if (distance > width + 0.5F) return {};
        const float v = std::clamp(u, -1.0F, 1.0F);
        const float azimuth = std::asin(v) - turned.front;
        const Color color =
            TextureColor(look.legs, t * world_length, azimuth * breadth, pixel);
        const float toward = std::sqrt(1.0F - v * v);
        const float fold =
            0.22F * inside * std::sin(9.0F * azimuth + 1.0F) * toward;
        const float light =
            Lit(v * axis.y * 0.9F + fold, -v * axis.x * 0.9F, toward);
        return Outlined(Shaded(color, light), line, distance, width);
      });
}

void DrawNeck(const Brush& brush) {
  const CharacterLook& look = brush.character.look;
  const Proportions& body = brush.character.body;
  const Figure& f = brush.figure;
  const Capsule neck{brush.At(f.chest.position), brush.At(f.head.position),
                     brush.Pixels(1.15 * body.neck_radius),
                     brush.Pixels(body.neck_radius)};
  PixelBox box;
  neck.Extend(box);
  // In the shadow of the chin.
  const Color color = ShadeOf(look.skin);
  const Color line = LineOf(look.skin);
  brush.canvas.Fill(
      box.Grown(brush.line_width + 1.0F),
      static_cast<uint8_t>(FigurePart::kNeck), [&](Spot p) -> Paint {
        return Outlined(color, line, neck.Distance(p), brush.line_width);
      });
}

}  // namespace animate
