#ifndef ANIMATE_ENGINE_POSE_ROTATION_H_
#define ANIMATE_ENGINE_POSE_ROTATION_H_

#include <cmath>

namespace animate {

// A point or direction in space.
struct Vector3 {
  double x = 0.0;
  double y = 0.0;
  double z = 0.0;
};

inline Vector3 operator+(const Vector3& a, const Vector3& b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline Vector3 operator-(const Vector3& a, const Vector3& b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline Vector3 operator*(double factor, const Vector3& a) {
  return {factor * a.x, factor * a.y, factor * a.z};
}
inline double Dot(const Vector3& a, const Vector3& b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
inline Vector3 Cross(const Vector3& a, const Vector3& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

inline double Length(const Vector3& a) { return std::sqrt(Dot(a, a)); }
// Zero stays zero.
inline Vector3 Unit(const Vector3& a) {
  const double length = Length(a);
  return length > 0.0 ? (1.0 / length) * a : a;
}

// A rotation as a unit quaternion.
struct Rotation {
  double w = 1.0;
  double x = 0.0;
  double y = 0.0;
  double z = 0.0;
};

// First `b`, then `a`.
inline Rotation operator*(const Rotation& a, const Rotation& b) {
  return {a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
          a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
          a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
          a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w};
}

// The rotation back. `r` is of length 1.
inline Rotation Inverse(const Rotation& r) { return {r.w, -r.x, -r.y, -r.z}; }

inline Vector3 Rotate(const Rotation& rotation, const Vector3& v) {
  const Vector3 axis{rotation.x, rotation.y, rotation.z};
  const Vector3 twice = 2.0 * Cross(axis, v);
  return v + rotation.w * twice + Cross(axis, twice);
}

inline Rotation Normalized(const Rotation& r) {
  const double length =
      std::sqrt(r.w * r.w + r.x * r.x + r.y * r.y + r.z * r.z);
  if (length == 0.0) return {};
  return {r.w / length, r.x / length, r.y / length, r.z / length};
}

// Rotation by `radians` about an axis.
inline Rotation AboutX(double radians) {
  return {std::cos(radians / 2), std::sin(radians / 2), 0.0, 0.0};
}
inline Rotation AboutY(double radians) {
  return {std::cos(radians / 2), 0.0, std::sin(radians / 2), 0.0};
}
inline Rotation AboutZ(double radians) {
  return {std::cos(radians / 2), 0.0, 0.0, std::sin(radians / 2)};
}

// Returns the rotation between `a` (fraction 0) and `b` (fraction 1) on the
// shorter way. Normalised linear interpolation: frames of motion capture are a
// thirtieth of a second apart, where it equals the spherical one.
inline Rotation Interpolate(const Rotation& a, const Rotation& b,
                            double fraction) {
  const double dot = a.w * b.w + a.x * b.x + a.y * b.y + a.z * b.z;
  const double to = dot < 0.0 ? -fraction : fraction;
  const double from = 1.0 - fraction;
  return Normalized({from * a.w + to * b.w, from * a.x + to * b.x,
                     from * a.y + to * b.y, from * a.z + to * b.z});
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_ROTATION_H_
