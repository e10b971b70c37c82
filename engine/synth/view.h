#ifndef ANIMATE_ENGINE_SYNTH_VIEW_H_
#define ANIMATE_ENGINE_SYNTH_VIEW_H_

#include "absl/types/span.h"
#include "engine/pose/rotation.h"
#include "engine/synth/character.h"
#include "engine/synth/figure.h"

namespace animate {

// A point of the picture, in pixels, and how near it is, in pixels.
struct ViewPoint {
  double x = 0.0;      // to the right
  double y = 0.0;      // down
  double depth = 0.0;  // towards the camera
};

// A camera that stands still and projects in parallel.
class View {
 public:
  struct Options {
    int width = 512;
    int height = 768;
    // At 0 the character faces the camera, at 90 the left of the picture.
    double yaw_degrees = 0.0;
  };

  // Chooses scale and place so that the character stands as tall as its
  // stature says, or as tall as leaves all of `figures`, with hair and hands,
  // inside the picture. REQUIRES: sides > 0, figures not empty.
  static View Fit(const Character& character, absl::Span<const Figure> figures,
                  const Options& options);

  ViewPoint Project(const Vector3& position) const;

  // Turns a direction into the view: x towards the camera, y up, z to the
  // left of the picture.
  Vector3 Turn(const Vector3& direction) const {
    return Rotate(turn_, direction);
  }

  double scale() const { return scale_; }  // pixels per body height
  double ground() const { return ground_; }
  int width() const { return width_; }
  int height() const { return height_; }

 private:
  Rotation turn_;
  double scale_ = 1.0;
  double middle_ = 0.0;  // of the picture, x
  double ground_ = 0.0;  // y of the ground
  int width_ = 0;
  int height_ = 0;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_VIEW_H_
