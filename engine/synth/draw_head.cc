// The skull and the face on it.
#include <algorithm>
#include <cmath>

#include "engine/synth/brush.h"
#include "engine/synth/face_geometry.h"
#include "engine/synth/hairline.h"
#include "engine/synth/renderer.h"
#include "engine/synth/shapes.h"

namespace animate {
namespace {

constexpr Color kEyeWhite = {255.0F, 254.0F, 250.0F};
constexpr Color kInk = {38.0F, 28.0F, 40.0F};
constexpr Color kMouthInside = {128.0F, 36.0F, 48.0F};
constexpr Color kTongue = {232.0F, 112.0F, 112.0F};
constexpr Color kRouge = {246.0F, 106.0F, 106.0F};

// Paints a face onto skin. All lengths are in half heights of the head.
class FacePainter {
 public:
  FacePainter(const CharacterLook& look, const FaceExpression& expression,
              float half_height)
      : look_(look),
        face_(look.face, expression),
        pixels_(half_height),
        pen_(std::max(0.030F, 0.55F / half_height)) {}

  // The colour at (y up, z to the person's right) where `skin` is below.
  Color At(float y, float z, Color skin) const {
    Color color = skin;
    if (y < 0.0F) {
      Cheeks(y, z, color);
      if (look_.face.beard) Beard(y, z, color);
      if (look_.face.moustache) Moustache(y, z, color);
      Mouth(y, z, color);
    }
    Nose(y, z, color);
    const float az = std::abs(z);
    if (std::abs(az - face_.eye_z) < 0.3F && y > -0.5F && y < 0.45F) {
      if (face_.open > 0.3F) {
        OpenEye(y - face_.eye_y, z > 0.0F ? z - face_.eye_z : z + face_.eye_z,
                color);
      } else {
        ClosedEye(y - face_.eye_y, az - face_.eye_z, color);
      }
      Brow(y, az, color);
    }
    if (look_.face.glasses) Glasses(y, az, color);
    return color;
  }

 private:
  float Cover(float distance) const { return Coverage(distance * pixels_); }

  void Cheeks(float y, float z, Color& color) const {
    const float az = std::abs(z);
    if (look_.face.blush) {
      const float dy = (y + 0.38F) / 0.12F;
      const float dz = (az - 0.56F) / 0.17F;
      const float away = std::sqrt(dy * dy + dz * dz);
      color = Mix(color, kRouge, 0.42F * SmoothStep(1.1F, 0.35F, away));
    }
    if (look_.face.freckles) {
      constexpr float kPlaces[][2] = {
          {-0.30F, 0.42F}, {-0.36F, 0.52F}, {-0.29F, 0.60F}, {-0.40F, 0.40F}};
      for (const auto& place : kPlaces) {
        const float dy = y - place[0];
        const float dz = az - place[1];
        color = Mix(color, ShadeOf(ShadeOf(color)),
                    Cover(std::sqrt(dy * dy + dz * dz) - 0.026F));
      }
    }
  }

  void Beard(float y, float z, Color& color) const {
    const float az = std::abs(z);
    const float edge = -0.34F - 0.10F * SmoothStep(0.62F, 0.3F, az);
    float inside = y - edge;
    const float dy = (y - face_.mouth_y + 0.02F) / 0.17F;
    const float dz = z / (face_.mouth_width + 0.10F);
    inside = std::max(inside, 0.16F * (1.0F - std::sqrt(dy * dy + dz * dz)));
    color = Mix(color, look_.hair, Cover(inside));
  }

  void Moustache(float y, float z, Color& color) const {
    const float az = std::abs(z);
    const float middle = face_.mouth_y + 0.13F - 0.35F * az * az;
    const float d = std::abs(y - middle) - 0.10F * (1.0F - 0.8F * az / 0.40F);
    color = Mix(color, look_.hair, Cover(std::max(d, az - 0.40F)));
  }

  void Mouth(float y, float z, Color& color) const {
    const float u = z / face_.mouth_width;
    if (std::abs(u) > 1.4F) return;
    const float upper = face_.mouth_y + face_.mouth_curve * u * u;
    const float open = face_.mouth_open * (1.0F - u * u);
    if (face_.mouth_open > 0.03F && std::abs(u) <= 1.0F) {
      const float depth = upper - y;  // below the upper lip
      const float in = std::max(-depth, depth - open);
      Color inside =
          Mix(kMouthInside, kTongue, Cover(0.55F * face_.mouth_open - depth));
      if (face_.mouth_open > 0.09F) {
        inside = Mix(inside, kEyeWhite, Cover(depth - 0.06F));
      }
      color = Mix(color, inside, Cover(in));
      const float lower = std::abs(depth - open) - 0.6F * pen_;
      color = Mix(color, kInk, 0.9F * Cover(lower));
    }
    const float ends = (std::abs(u) - 1.0F) * face_.mouth_width;
    const float stroke =
        ends > 0.0F
            ? std::sqrt(ends * ends + (y - upper) * (y - upper)) - 0.8F * pen_
            : 0.95F * std::abs(y - upper) - 0.8F * pen_;
    color = Mix(color, kInk, 0.9F * Cover(stroke));
  }

  // A little shadow; what stands out of the face is drawn by itself.
  void Nose(float y, float z, Color& color) const {
    const float dy = (y - face_.nose_y + 0.05F) / 0.55F;
    const float d = std::sqrt(dy * dy + z * z) - 0.055F;
    color = Mix(color, ShadeOf(ShadeOf(look_.skin)), 0.75F * Cover(d));
  }

  // At (y, z) from the middle of the eye.
  void OpenEye(float y, float z, Color& color) const {
    const float a = face_.eye_width;
    const float b = face_.eye_height * face_.open;
    const float whole = EllipseDistance(z, y, a, b);
    if (whole > 2.0F * pen_) return;
    const float shine =
        EllipseDistance(z - 0.34F * a, y - 0.36F * b, 0.27F * a, 0.24F * b);
    if (look_.face.eyes == EyeStyle::kDots) {
      color = Mix(color, kInk, Cover(whole));
      color = Mix(color, kEyeWhite, Cover(shine));
      return;
    }
    color = Mix(color, kInk, Cover(whole - 0.8F * pen_));
    Color inside = kEyeWhite;
    const float iris = EllipseDistance(z, y + 0.06F * b, 0.72F * a, 0.80F * b);
    const Color lower = Mix(look_.face.iris, kEyeWhite, 0.30F);
    const Color tone =
        Mix(look_.face.iris, lower, SmoothStep(0.2F * b, -0.7F * b, y));
    inside = Mix(inside, tone, Cover(iris));
    inside =
        Mix(inside, kInk,
            Cover(EllipseDistance(z, y + 0.02F * b, 0.40F * a, 0.48F * b)));
    inside = Mix(inside, kEyeWhite, Cover(shine));
    // The upper lid.
    const float lid = EllipseDistance(z, y + 0.17F * b, 1.12F * a, b);
    inside = Mix(inside, kInk, Cover(-lid));
    color = Mix(color, inside, Cover(whole));
  }

  void ClosedEye(float y, float z, Color& color) const {
    const float u = z / face_.eye_width;
    if (std::abs(u) > 1.0F) return;
    const float arc = -0.05F - 0.08F * (1.0F - u * u);
    color = Mix(color, kInk, Cover(std::abs(y - arc) - pen_));
  }

  void Brow(float y, float az, Color& color) const {
    const float from = az - face_.eye_z;
    const float at = std::clamp(from, -face_.brow_width, face_.brow_width);
    const float bow =
        0.03F * (1.0F - at * at / (face_.brow_width * face_.brow_width));
    const float dy = y - face_.brow_y - face_.brow_tilt * at - bow;
    const float d = std::sqrt((from - at) * (from - at) + dy * dy) -
                    std::max(face_.brow_weight, 0.7F * pen_);
    const Color brow = Mix(look_.hair, kInk, 0.45F);
    color = Mix(color, brow, Cover(d));
  }

  void Glasses(float y, float az, Color& color) const {
    const float a = face_.eye_width + 0.10F;
    const float b = face_.eye_height + 0.06F;
    const float rim = EllipseDistance(az - face_.eye_z, y - face_.eye_y, a, b);
    color = Mix(color, kEyeWhite, 0.16F * Cover(rim));
    color = Mix(color, look_.face.glasses_color,
                Cover(std::abs(rim) - 1.1F * pen_));
    const bool bridge = az < face_.eye_z - a;
    const bool arm = az > face_.eye_z + a;
    if (bridge || arm) {
      color = Mix(color, look_.face.glasses_color,
                  Cover(std::abs(y - face_.eye_y - 0.03F) - pen_));
    }
  }

  const CharacterLook& look_;
  FaceGeometry face_;
  float pixels_;
  float pen_;  // half width of lines
};

// Ears and noses: balls that stand out of the head.
void DrawBall(const Brush& brush, Spot at, float radius, const Color& color,
              float line_strength) {
  PixelBox box;
  box.Include(at, radius);
  const Color line = LineOf(color);
  brush.canvas.Fill(
      box.Grown(brush.line_width + 1.0F),
      static_cast<uint8_t>(FigurePart::kHead), [&](Spot p) -> Paint {
        const Spot from = p - at;
        const float d = Norm(from) - radius;
        const float width = line_strength * brush.line_width;
        const float light =
            Lit(from.x / radius, from.y / radius,
                std::sqrt(std::max(
                    0.0F, 1.0F - Dot(from, from) / (radius * radius))));
        return Outlined(Shaded(color, light), line, d, width);
      });
}

void DrawEar(const Brush& brush, const HeadView& head, double side) {
  const ViewPoint at = head.Project(EarPoint(side));
  DrawBall(brush, {static_cast<float>(at.x), static_cast<float>(at.y)},
           0.20F * head.half_height(), brush.character.look.skin, 1.0F);
}

void DrawNose(const Brush& brush, const HeadView& head,
              const FaceGeometry& face) {
  const Vector3 tip{0.97, face.nose_y, 0.0};
  const double side = std::abs(head.Toward({0.0, 0.0, 1.0}));
  // From ahead it is a shadow on the face.
  if (side < 0.55 || head.Toward({1.0, 0.0, 0.0}) < -0.15) return;
  const ViewPoint at = head.Project(tip);
  DrawBall(brush, {static_cast<float>(at.x), static_cast<float>(at.y)},
           0.115F * head.half_height(), brush.character.look.skin, 0.0F);
}

}  // namespace

void DrawHead(const Brush& brush, const HeadView& head) {
  const CharacterLook& look = brush.character.look;
  const bool ears_before = std::abs(head.Toward({0.0, 0.0, 1.0})) > 0.45;
  const double near_side = head.Toward({0.0, 0.0, 1.0}) > 0.0 ? 1.0 : -1.0;
  DrawEar(brush, head, -near_side);
  if (!ears_before) DrawEar(brush, head, near_side);
  const FacePainter painter(look, brush.figure.face, head.half_height());
  const Color line = LineOf(look.skin);
  PixelBox box;
  box.Include(head.center(),
              1.15F * std::max(head.half_height(), head.half_width()));
  brush.canvas.Fill(
      box.Grown(brush.line_width + 1.0F),
      static_cast<uint8_t>(FigurePart::kHead), [&](Spot p) -> Paint {
        const HeadView::Hit hit = head.At(p);
        if (hit.distance > brush.line_width + 0.5F) return {};
        const float light = Lit(hit.right, hit.down, hit.toward);
        Color color = Shaded(look.skin, 0.35F + 0.65F * light);
        // Hair throws a shadow on the forehead.
        const float above = AboveHairline(look, hit.x, hit.y + 0.10F, hit.z);
        color = Mix(color, ShadeOf(look.skin),
                    0.7F * Coverage(-above * head.half_height()));
        if (hit.x > 0.0F) color = painter.At(hit.y, hit.z, color);
        return Outlined(color, line, hit.distance, brush.line_width);
      });
  DrawNose(brush, head, FaceGeometry(look.face, brush.figure.face));
  if (ears_before) DrawEar(brush, head, near_side);
}

}  // namespace animate
