#ifndef ANIMATE_ENGINE_POSE_VECTOR3_H_
#define ANIMATE_ENGINE_POSE_VECTOR3_H_

#include <cmath>

namespace animate::spatial {

// A point or direction in space.
struct Vector {
  double x = 0.0;
  double y = 0.0;
  double z = 0.0;
};

inline Vector operator+(const Vector& a, const Vector& b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline Vector operator-(const Vector& a, const Vector& b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline Vector operator*(double factor, const Vector& a) {
  return {factor * a.x, factor * a.y, factor * a.z};
}
inline double Dot(const Vector& a, const Vector& b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
inline Vector Cross(const Vector& a, const Vector& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline double Length(const Vector& a) { return std::sqrt(Dot(a, a)); }
// Zero stays zero.
inline Vector Unit(const Vector& a) {
  const double length = Length(a);
  return length > 0.0 ? (1.0 / length) * a : a;
}

// A rotation: how the axes are turned, as columns.
struct Rotation {
  Vector x_axis{1.0, 0.0, 0.0};
  Vector y_axis{0.0, 1.0, 0.0};
  Vector z_axis{0.0, 0.0, 1.0};
};

inline Vector operator*(const Rotation& r, const Vector& v) {
  return v.x * r.x_axis + v.y * r.y_axis + v.z * r.z_axis;
}
// First `b`, then `a`.
inline Rotation operator*(const Rotation& a, const Rotation& b) {
  return {a * b.x_axis, a * b.y_axis, a * b.z_axis};
}

inline Rotation AboutX(double radians) {
  const double c = std::cos(radians);
  const double s = std::sin(radians);
  return {{1.0, 0.0, 0.0}, {0.0, c, s}, {0.0, -s, c}};
}
inline Rotation AboutY(double radians) {
  const double c = std::cos(radians);
  const double s = std::sin(radians);
  return {{c, 0.0, -s}, {0.0, 1.0, 0.0}, {s, 0.0, c}};
}
inline Rotation AboutZ(double radians) {
  const double c = std::cos(radians);
  const double s = std::sin(radians);
  return {{c, s, 0.0}, {-s, c, 0.0}, {0.0, 0.0, 1.0}};
}

}  // namespace animate::spatial

#endif  // ANIMATE_ENGINE_POSE_VECTOR3_H_
