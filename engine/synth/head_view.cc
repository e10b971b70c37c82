#include "engine/synth/head_view.h"

#include <algorithm>
#include <cmath>

namespace animate {
namespace {

// Beyond the chin and the crown the head narrows no more.
template <typename Float>
Float Limited(Float height) {
  return std::clamp(height, Float{-1.25}, Float{1});
}

}  // namespace

HeadView::HeadView(const Proportions& body, const JointFrame& head,
                   const View& view) {
  const ViewPoint middle = view.Project(head.position);
  center_ = {static_cast<float>(middle.x), static_cast<float>(middle.y)};
  center_x_ = middle.x;
  center_y_ = middle.y;
  center_depth_ = middle.depth;
  const double radius[3] = {0.5 * body.head_width, 0.5 * body.head_height,
                            0.5 * body.head_width};
  half_height_ = static_cast<float>(radius[1] * view.scale());
  half_width_ = static_cast<float>(radius[0] * view.scale());
  const Vector3 axes[3] = {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}};
  for (int i = 0; i < 3; ++i) {
    const Vector3 seen = view.Turn(Rotate(head.rotation, axes[i]));
    const double size = radius[i] * view.scale();
    right_[i] = -seen.z * size;
    down_[i] = -seen.y * size;
    toward_[i] = seen.x * size;
    back_right_[i] = static_cast<float>(-seen.z / size);
    back_down_[i] = static_cast<float>(-seen.y / size);
    back_toward_[i] = static_cast<float>(seen.x / size);
  }
  const double up = std::hypot(right_[1], down_[1]);
  up_x_ = up > 1e-9 ? right_[1] / up : 0.0;
  up_y_ = up > 1e-9 ? down_[1] / up : -1.0;
  up_ = {static_cast<float>(right_[1]) / half_height_,
         static_cast<float>(down_[1]) / half_height_};
  up_unit_ = {static_cast<float>(up_x_), static_cast<float>(up_y_)};
  // The narrower the jaw, the less of it is seen from above.
  narrowing_ = 0.10 * up / (radius[1] * view.scale());
}

ViewPoint HeadView::Project(const Vector3& p) const {
  const double right = right_[0] * p.x + right_[1] * p.y + right_[2] * p.z;
  const double down = down_[0] * p.x + down_[1] * p.y + down_[2] * p.z;
  const double toward = toward_[0] * p.x + toward_[1] * p.y + toward_[2] * p.z;
  const double along = right * up_x_ + down * up_y_;
  const double across = -right * up_y_ + down * up_x_;
  const double wide =
      across * (1.0 + narrowing_ * Limited(along / half_height_));
  return {.x = center_x_ + along * up_x_ - wide * up_y_,
          .y = center_y_ + along * up_y_ + wide * up_x_,
          .depth = center_depth_ + toward};
}

HeadView::Hit HeadView::At(Spot pixel, float factor) const {
  const Spot off = (1.0F / factor) * (pixel - center_);
  const float along = Dot(off, up_unit_);
  const float across =
      Cross(up_unit_, off) /
      (1.0F + static_cast<float>(narrowing_) * Limited(along / half_height_));
  const float right = along * up_unit_.x - across * up_unit_.y;
  const float down = along * up_unit_.y + across * up_unit_.x;
  // The line of sight in units of the sphere: start + depth * step.
  float start[3];
  float a = 0.0F;
  float b = 0.0F;
  float c = 0.0F;
  for (int i = 0; i < 3; ++i) {
    start[i] = back_right_[i] * right + back_down_[i] * down;
    a += back_toward_[i] * back_toward_[i];
    b += start[i] * back_toward_[i];
    c += start[i] * start[i];
  }
  const float rim2 = std::max(c - b * b / a, 0.0F);
  const float rim = std::sqrt(rim2);
  Hit hit;
  hit.distance =
      (rim - 1.0F) * factor *
      (along * along * half_height_ + across * across * half_width_ + 1e-3F) /
      (along * along + across * across + 1e-3F);
  const float inside = std::sqrt(std::max(1.0F - rim2, 0.0F) / a);
  const float depth = -b / a + inside;
  const float shrink = rim > 1.0F ? 1.0F / rim : 1.0F;
  hit.x = shrink * (start[0] + depth * back_toward_[0]);
  hit.y = shrink * (start[1] + depth * back_toward_[1]);
  hit.z = shrink * (start[2] + depth * back_toward_[2]);
  const float size = 1.0F / half_width_;
  hit.right = std::clamp(right * size, -1.0F, 1.0F);
  hit.down = std::clamp(down / half_height_, -1.0F, 1.0F);
  hit.toward = std::sqrt(std::max(1.0F - rim2, 0.0F));
  return hit;
}

double HeadView::Toward(const Vector3& d) const {
  const double x = toward_[0] / half_width_;
  const double y = toward_[1] / half_height_;
  const double z = toward_[2] / half_width_;
  const double length = std::sqrt(Dot(d, d));
  return length > 0.0 ? (x * d.x + y * d.y + z * d.z) / length : 0.0;
}

}  // namespace animate
