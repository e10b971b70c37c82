#ifndef ANIMATE_ENGINE_SYNTH_FACE_GEOMETRY_H_
#define ANIMATE_ENGINE_SYNTH_FACE_GEOMETRY_H_

#include <array>

#include "engine/pose/pose_frame.h"
#include "engine/pose/rotation.h"
#include "engine/synth/character.h"
#include "engine/synth/motion.h"

namespace animate {

// Sizes and places of a face in units of the head seen from ahead: y up, z to
// the person's right; the head reaches from -1 to 1.
struct FaceGeometry {
  FaceGeometry(const FaceLook& look, const FaceExpression& expression);

  float eye_y, eye_z;           // middle of the right eye
  float eye_width, eye_height;  // half sizes, open
  float open;                   // of the lids, [0, 1]
  float brow_y, brow_width, brow_tilt, brow_weight;
  float nose_y;
  float mouth_y, mouth_width;
  float mouth_curve;  // how far the corners are above the middle
  float mouth_open;   // height of the opening
};

// The points that a pose has of a head, on the unit sphere of HeadView.
Vector3 NosePoint(const FaceGeometry& face);
Vector3 EyePoint(const FaceGeometry& face, double side);
Vector3 EarPoint(double side);

// The 68 points of the face in the order of PersonPose::face.
std::array<Vector3, kNumFacePoints> FacePoints(const FaceGeometry& face);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_FACE_GEOMETRY_H_
