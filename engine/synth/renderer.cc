#include "engine/synth/renderer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "engine/synth/brush.h"
#include "engine/synth/figure_keypoints.h"

namespace animate {
namespace {

// Which limbs are nearer than the torso, and which of two is farther.
struct DepthOrder {
  int far_leg;
  int far_arm;
  bool arm_before[2];
  bool leg_before[2];
  bool head_behind;
};

DepthOrder OrderOf(const Brush& brush) {
  const Proportions& body = brush.character.body;
  const Figure& f = brush.figure;
  DepthOrder order{};
  const auto depth = [&](const Vector3& at) { return brush.Depth(at); };
  double leg[2];
  double arm[2];
  for (int side = 0; side < 2; ++side) {
    leg[side] = depth(f.knee[side].position) + depth(f.ankle[side].position);
    arm[side] =
        (depth(f.shoulder[side].position) + depth(f.elbow[side].position) +
         2.0 * depth(f.wrist[side].position)) /
        4.0;
    order.arm_before[side] =
        arm[side] >
        depth(f.chest.position) - brush.scale * 0.45 * body.shoulder_half_width;
    order.leg_before[side] =
        depth(f.knee[side].position) - depth(f.hip[side].position) >
        brush.scale * 0.55 * body.thigh;
  }
  order.far_leg = leg[0] < leg[1] ? 0 : 1;
  order.far_arm = arm[0] < arm[1] ? 0 : 1;
  order.head_behind =
      depth(f.head.position) <
      depth(f.chest.position) - brush.scale * 0.55 * body.head_height;
  return order;
}

void DrawFigure(const Brush& brush) {
  const CharacterLook& look = brush.character.look;
  const HeadView head(brush.character.body, brush.figure.head, brush.view);
  const DepthOrder order = OrderOf(brush);
  const bool skirt =
      look.bottoms == Bottoms::kSkirt || look.bottoms == Bottoms::kDress;
  const auto draw_head = [&] {
    DrawHead(brush, head);
    DrawHairBefore(brush, head);
  };
  DrawHairBehind(brush, head);
  for (const int side : {order.far_arm, 1 - order.far_arm}) {
    if (!order.arm_before[side]) DrawArm(brush, side);
  }
  if (order.head_behind) draw_head();
  DrawNeck(brush);
  for (int side = 0; side < 2; ++side) {
    if (order.arm_before[side]) DrawArmLine(brush, side);
  }
  DrawTorsoLine(brush);
  for (const int side : {order.far_leg, 1 - order.far_leg}) {
    if (!order.leg_before[side]) DrawLeg(brush, side);
  }
  DrawTorso(brush);
  if (skirt) DrawSkirt(brush);
  for (const int side : {order.far_leg, 1 - order.far_leg}) {
    if (order.leg_before[side]) DrawLeg(brush, side);
  }
  if (!order.head_behind) draw_head();
  for (const int side : {order.far_arm, 1 - order.far_arm}) {
    if (order.arm_before[side]) DrawArm(brush, side);
  }
}

// Which parts of the picture a keypoint may be seen on.
void MarkCovered(const std::vector<uint8_t>& parts, int width,
                 std::initializer_list<FigurePart> own, Keypoint& point) {
  if (point.confidence <= 0.0) return;
  const size_t index =
      static_cast<size_t>(point.y) * static_cast<size_t>(width) +
      static_cast<size_t>(point.x);
  const auto seen = static_cast<FigurePart>(parts[index]);
  // Beside the figure by a rounding, or on what it belongs to.
  if (seen == FigurePart::kBackground) return;
  if (std::find(own.begin(), own.end(), seen) == own.end()) {
    point.confidence = 0.5;
  }
}

void MarkSide(const std::vector<uint8_t>& parts, int width, bool right,
              PersonPose& person) {
  using enum FigurePart;
  const FigurePart arm = right ? kRightArm : kLeftArm;
  const FigurePart hand = right ? kRightHand : kLeftHand;
  const FigurePart leg = right ? kRightLeg : kLeftLeg;
  const FigurePart foot = right ? kRightFoot : kLeftFoot;
  const auto mark = [&](Keypoint& point,
                        std::initializer_list<FigurePart> own) {
    MarkCovered(parts, width, own, point);
  };
  auto& body = person.body;
  mark(body[right ? kRightShoulder : kLeftShoulder], {arm, kTorso});
  mark(body[right ? kRightElbow : kLeftElbow], {arm});
  mark(body[right ? kRightWrist : kLeftWrist], {arm, hand});
  mark(body[right ? kRightHip : kLeftHip], {leg, kTorso});
  mark(body[right ? kRightKnee : kLeftKnee], {leg, kTorso});
  mark(body[right ? kRightAnkle : kLeftAnkle], {leg, foot});
  mark(body[right ? kRightEye : kLeftEye], {kHead, kHair});
  mark(body[right ? kRightEar : kLeftEar], {kHead, kHair});
  for (size_t i = 0; i < 3; ++i) {
    mark(person.feet[(right ? 3 : 0) + i], {foot, leg});
  }
  for (Keypoint& point : right ? person.right_hand : person.left_hand) {
    mark(point, {hand, arm});
  }
}

}  // namespace

Renderer::Renderer(const Character& character, const Scene& scene, int width,
                   int height)
    : character_(character),
      background_(PaintBackdrop(scene, width, height)),
      shadow_(scene.shadow) {}

RenderedFrame Renderer::Render(const Figure& figure, const View& view) const {
  Canvas canvas(background_);
  const Brush brush(canvas, character_, figure, view);
  if (shadow_) DrawShadow(brush);
  DrawFigure(brush);
  RenderedFrame frame;
  frame.image = canvas.TakeImage();
  frame.parts = canvas.TakeParts();
  frame.keypoints = FigureKeypoints(character_, figure, view);
  const int width = frame.image.width;
  MarkSide(frame.parts, width, true, frame.keypoints);
  MarkSide(frame.parts, width, false, frame.keypoints);
  MarkCovered(frame.parts, width,
              {FigurePart::kTorso, FigurePart::kNeck, FigurePart::kHead},
              frame.keypoints.body[kNeck]);
  MarkCovered(frame.parts, width, {FigurePart::kHead},
              frame.keypoints.body[kNose]);
  for (Keypoint& point : frame.keypoints.face) {
    MarkCovered(frame.parts, width,
                {FigurePart::kHead, FigurePart::kHair, FigurePart::kNeck},
                point);
  }
  return frame;
}

}  // namespace animate
