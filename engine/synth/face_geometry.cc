#include "engine/synth/face_geometry.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace animate {
namespace {

float ToFloat(double v) { return static_cast<float>(v); }

// On the front of the sphere.
Vector3 OnFace(double y, double z) {
  return {std::sqrt(std::max(0.0, 1.0 - y * y - z * z)), y, z};
}

}  // namespace

FaceGeometry::FaceGeometry(const FaceLook& look,
                           const FaceExpression& expression) {
  eye_y = -0.10F;
  eye_z = ToFloat(0.37 * look.eye_spacing);
  switch (look.eyes) {
    case EyeStyle::kDots:
      eye_width = 0.095F;
      eye_height = 0.145F;
      break;
    case EyeStyle::kRound:
      eye_width = 0.175F;
      eye_height = 0.195F;
      break;
    case EyeStyle::kTall:
      eye_width = 0.165F;
      eye_height = 0.250F;
      break;
  }
  eye_width *= ToFloat(look.eye_size);
  eye_height *= ToFloat(look.eye_size);
  open = ToFloat(1.0 - std::clamp(expression.blink, 0.0, 1.0));
  brow_y = eye_y + eye_height + 0.12F;
  brow_width = 0.17F;
  brow_tilt = ToFloat(std::tan(look.brow_tilt * M_PI / 180.0));
  brow_weight = ToFloat(0.034 * look.brow_weight);
  nose_y = -0.32F;
  mouth_y = -0.56F;
  mouth_width = ToFloat(0.24 * look.mouth_width);
  mouth_curve = ToFloat(0.10 * expression.smile * look.mouth_width);
  mouth_open = ToFloat(0.24 * std::clamp(expression.mouth_open, 0.0, 1.0));
}

Vector3 NosePoint(const FaceGeometry& face) {
  Vector3 nose = OnFace(face.nose_y, 0.0);
  nose.x += 0.06;
  return nose;
}

Vector3 EyePoint(const FaceGeometry& face, double side) {
  return OnFace(face.eye_y, side * face.eye_z);
}

Vector3 EarPoint(double side) { return {-0.04, -0.12, side * 0.99}; }

std::array<Vector3, kNumFacePoints> FacePoints(const FaceGeometry& f) {
  std::array<Vector3, kNumFacePoints> points;
  // The jaw from the person's right ear over the chin to the left one.
  for (size_t i = 0; i <= 16; ++i) {
    const double a = M_PI * static_cast<double>(i) / 16.0;
    points[i] = OnFace(-0.08 - 0.86 * std::sin(a), 0.94 * std::cos(a));
  }
  for (size_t i = 0; i < 5; ++i) {
    const double t = static_cast<double>(i) / 4.0;  // outer to inner
    const double y = f.brow_y + f.brow_tilt * f.brow_width * (1.0 - 2.0 * t) +
                     0.03 * std::sin(M_PI * t);
    const double z = f.eye_z + f.brow_width * (1.0 - 2.0 * t);
    points[17 + i] = OnFace(y, z);
    points[26 - i] = OnFace(y, -z);
  }
  for (size_t i = 0; i < 4; ++i) {
    const double t = static_cast<double>(i) / 3.0;
    points[27 + i] = OnFace(f.eye_y + t * (f.nose_y - f.eye_y), 0.0);
  }
  for (size_t i = 0; i < 5; ++i) {
    const double z = 0.05 * (2.0 - static_cast<double>(i));
    points[31 + i] = OnFace(f.nose_y - 0.07 + 0.3 * std::abs(z), z);
  }
  // Corners, upper and lower lids; the left eye mirrors the right one.
  const double lid = 0.85 * f.eye_height * f.open;
  const double eye[6][2] = {{1.0, 0.0},  {0.45, lid},   {-0.45, lid},
                            {-1.0, 0.0}, {-0.45, -lid}, {0.45, -lid}};
  constexpr size_t kMirrored[6] = {45, 44, 43, 42, 47, 46};
  for (size_t i = 0; i < 6; ++i) {
    const double z = f.eye_z + eye[i][0] * f.eye_width;
    points[36 + i] = OnFace(f.eye_y + eye[i][1], z);
    points[kMirrored[i]] = OnFace(f.eye_y + eye[i][1], -z);
  }
  const auto lip = [&](double u, double drop) {
    return OnFace(f.mouth_y + f.mouth_curve * u * u - drop * (1.0 - u * u),
                  u * f.mouth_width);
  };
  for (size_t i = 0; i < 7; ++i) {  // upper, right corner to left
    points[48 + i] = lip(1.0 - static_cast<double>(i) / 3.0, -0.02);
  }
  for (size_t i = 0; i < 5; ++i) {  // lower, left to right
    const double u = (static_cast<double>(i) - 2.0) / 3.0;
    points[55 + i] = lip(u, f.mouth_open + 0.04);
  }
  for (size_t i = 0; i < 5; ++i) {
    points[60 + i] = lip(0.8 * (1.0 - static_cast<double>(i) / 2.0), 0.0);
  }
  for (size_t i = 0; i < 3; ++i) {
    points[65 + i] = lip(0.4 * (static_cast<double>(i) - 1.0), f.mouth_open);
  }
  return points;
}

}  // namespace animate
