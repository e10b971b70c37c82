#ifndef ANIMATE_ENGINE_SYNTH_BRUSH_H_
#define ANIMATE_ENGINE_SYNTH_BRUSH_H_

#include "engine/synth/canvas.h"
#include "engine/synth/character.h"
#include "engine/synth/figure.h"
#include "engine/synth/head_view.h"
#include "engine/synth/view.h"

namespace animate {

// What the drawing of one figure shares.
struct Brush {
  Canvas& canvas;
  const Character& character;
  const Figure& figure;
  const View& view;
  float scale;       // pixels per body height
  float line_width;  // of outlines, pixels

  Brush(Canvas& on, const Character& whom, const Figure& how,
        const View& seen_by)
      : canvas(on),
        character(whom),
        figure(how),
        view(seen_by),
        scale(static_cast<float>(seen_by.scale())),
        line_width(std::clamp(0.0062F * scale, 0.45F, 5.0F)) {}

  Spot At(const Vector3& position) const {
    const ViewPoint point = view.Project(position);
    return {static_cast<float>(point.x), static_cast<float>(point.y)};
  }
  double Depth(const Vector3& position) const {
    return view.Project(position).depth;
  }
  float Pixels(double body_heights) const {
    return static_cast<float>(body_heights) * scale;
  }
};

// The parts of a figure; side 0 is right. Each paints what is its own, over
// what is there.
void DrawShadow(const Brush& brush);
void DrawLeg(const Brush& brush, int side);
void DrawArm(const Brush& brush, int side);
// The line around an arm or leg only: what touches the torso gets none inside.
void DrawArmLine(const Brush& brush, int side);
void DrawTorsoLine(const Brush& brush);
void DrawTorso(const Brush& brush);
void DrawSkirt(const Brush& brush);
void DrawNeck(const Brush& brush);
void DrawHand(const Brush& brush, int side);
void DrawFoot(const Brush& brush, int side);
void DrawHead(const Brush& brush, const HeadView& head);
// Hair that is behind the skull and hair that is before it.
void DrawHairBehind(const Brush& brush, const HeadView& head);
void DrawHairBefore(const Brush& brush, const HeadView& head);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_BRUSH_H_
