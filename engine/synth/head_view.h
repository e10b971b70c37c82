#ifndef ANIMATE_ENGINE_SYNTH_HEAD_VIEW_H_
#define ANIMATE_ENGINE_SYNTH_HEAD_VIEW_H_

#include "engine/synth/canvas.h"
#include "engine/synth/figure.h"
#include "engine/synth/proportions.h"
#include "engine/synth/view.h"

namespace animate {

// A head as a camera sees it: an ellipsoid that narrows towards the chin.
// Places on it are given as points of the unit sphere, x ahead, y up, z to the
// person's right.
class HeadView {
 public:
  HeadView(const Proportions& body, const JointFrame& head, const View& view);

  // Where a point in units of the head (the sphere is its surface) is seen.
  ViewPoint Project(const Vector3& point) const;

  // What is seen at a pixel.
  struct Hit {
    float distance;     // from the silhouette, pixels; negative inside
    float x, y, z;      // on the unit sphere; its rim when outside
    float toward;       // how much the surface faces the viewer, [0, 1]
    float right, down;  // and the picture's other axes, [-1, 1]
  };

  // Of the head made larger by `factor`.
  Hit At(Spot pixel, float factor = 1.0F) const;

  // How much a direction (in the head's frame) points to the viewer, [-1, 1].
  double Toward(const Vector3& direction) const;

  Spot center() const { return center_; }
  // Half of height and width, pixels.
  float half_height() const { return half_height_; }
  float half_width() const { return half_width_; }
  // The head's up in the picture, shorter when it nods.
  Spot up() const { return up_; }

 private:
  Spot center_;
  double center_x_, center_y_;
  double center_depth_;
  float half_height_;
  float half_width_;
  Spot up_;
  Spot up_unit_;
  double up_x_, up_y_;  // of length 1
  double narrowing_;    // towards the chin, per half height
  // Columns: how a step along x, y, z on the sphere moves right, down and
  // towards the viewer, pixels.
  double right_[3], down_[3], toward_[3];
  // The way back: steps on the sphere per pixel to the right, down and
  // towards the viewer.
  float back_right_[3], back_down_[3], back_toward_[3];
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_HEAD_VIEW_H_
