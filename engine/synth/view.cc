#include "engine/synth/view.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace animate {
namespace {

constexpr double kSide = 0.035;    // free on the left and right of the picture
constexpr double kTop = 0.03;      // free above
constexpr double kGround = 0.945;  // where the ground is when it can be chosen

// Smallest rectangle around projected balls, body heights, y up.
struct Extent {
  double left = std::numeric_limits<double>::infinity();
  double right = -std::numeric_limits<double>::infinity();
  double top = 0.0;
  double bottom = 0.0;

  void Include(const Vector3& center, double radius) {
    left = std::min(left, -center.z - radius);
    right = std::max(right, -center.z + radius);
    top = std::max(top, center.y + radius);
    bottom = std::min(bottom, center.y - radius);
  }
};

// How far hair and hat reach from the middle of the head, in head heights.
double HeadReach(const CharacterLook& look) {
  switch (look.hair_style) {
    case HairStyle::kAfro:
      return 0.60 + 0.26 * look.hair_volume;
    case HairStyle::kPonytail:
      return 0.92;
    case HairStyle::kBun:
    case HairStyle::kTwinTails:
      return 0.88;
    case HairStyle::kSpiky:
    case HairStyle::kCurly:
      return 0.80;
    default:
      return look.hat == HatStyle::kNone ? 0.64 : 0.74;
  }
}

}  // namespace

View View::Fit(const Character& character, absl::Span<const Figure> figures,
               const Options& options) {
  View view;
  view.width_ = options.width;
  view.height_ = options.height;
  view.turn_ = AboutY(-options.yaw_degrees * M_PI / 180.0);
  const Proportions& body = character.body;
  const double reach = HeadReach(character.look) * body.head_height;
  const double limb = 1.25 * body.thigh_radius;
  Extent extent;
  for (const Figure& figure : figures) {
    const auto include = [&](const Vector3& at, double radius) {
      extent.Include(view.Turn(at), radius);
    };
    include(figure.head.position, reach);
    include(figure.pelvis.position, body.pelvis_half_width + 0.02);
    include(figure.chest.position, body.chest_half_width);
    for (int side = 0; side < 2; ++side) {
      include(figure.knee[side].position, limb);
      include(figure.ankle[side].position, 0.04);
      include(figure.elbow[side].position, 1.3 * body.elbow_radius);
      include(figure.big_toe[side], 0.05);
      include(figure.heel[side], 0.035);
      for (const Vector3& point : figure.hand[side]) include(point, 0.025);
    }
  }
  const double width = options.width;
  const double height = options.height;
  const double above = extent.top;
  view.scale_ =
      std::min({character.stature * height,
                width * (1.0 - 2.0 * kSide) / (extent.right - extent.left),
                height * (kGround - kTop) / above});
  view.ground_ = kGround * height;
  // What is low in the picture because the character is small for it looks
  // better nearer to the middle.
  const double spare = view.ground_ - kTop * height - view.scale_ * above;
  view.ground_ -= 0.30 * std::max(0.0, spare - 0.12 * height);
  view.middle_ = 0.5 * width - 0.5 * view.scale_ * (extent.left + extent.right);
  // Rather where the character begins, if that leaves everything inside.
  const double lowest = width * kSide - view.scale_ * extent.left;
  const double highest = width * (1.0 - kSide) - view.scale_ * extent.right;
  if (lowest <= highest) {
    view.middle_ = std::clamp(0.5 * width, lowest, highest);
  }
  return view;
}

ViewPoint View::Project(const Vector3& position) const {
  const Vector3 turned = Turn(position);
  return {.x = middle_ - scale_ * turned.z,
          .y = ground_ - scale_ * turned.y,
          .depth = scale_ * turned.x};
}

}  // namespace animate
