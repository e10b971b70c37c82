#include "tools/mocap/camera.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace animate {
namespace {

constexpr double kChestHeight = 1.0;  // metres
constexpr double kNearest = 0.5;      // metres in front of the camera

// Height above the ankle at which a person's head ends, as a part of the whole
// picture, is not known to the keypoints: room for skull and feet.
constexpr double kHeadRoom = 0.13;  // metres above the eyes
constexpr double kFootRoom = 0.08;  // metres below the ankles

struct ImagePlanePoint {
  double right = 0.0;
  double up = 0.0;
};

// Smallest rectangle around all projected points.
struct Bounds {
  double left = std::numeric_limits<double>::infinity();
  double right = -std::numeric_limits<double>::infinity();
  double bottom = std::numeric_limits<double>::infinity();
  double top = -std::numeric_limits<double>::infinity();

  void Include(const ImagePlanePoint& point) {
    left = std::min(left, point.right);
    right = std::max(right, point.right);
    bottom = std::min(bottom, point.up);
    top = std::max(top, point.up);
  }
};

class Projection {
 public:
  Projection(const Vector3& center, const CameraOptions& options)
      : center_(center),
        turn_(AboutY(-options.yaw_degrees * M_PI / 180.0)),
        distance_(options.distance) {}

  // The camera is ahead of the character (+x) and looks back, so the
  // character's right (+z) is on the left of the picture.
  ImagePlanePoint Project(const Vector3& position) const {
    const Vector3 turned = Rotate(turn_, position - center_);
    double scale = 1.0;
    if (distance_ > 0.0) {
      scale = distance_ / std::max(distance_ - turned.x, kNearest);
    }
    return {.right = -turned.z * scale, .up = turned.y * scale};
  }

  // How directly `facing` looks at the camera.
  double TowardCamera(const Vector3& facing) const {
    return Rotate(turn_, facing).x;
  }

 private:
  Vector3 center_;
  Rotation turn_;
  double distance_;
};

bool HasDirection(const Vector3& facing) { return Dot(facing, facing) > 0.0; }

Bounds BoundsOf(absl::Span<const SpatialPose> poses,
                const Projection& projection) {
  Bounds bounds;
  for (const SpatialPose& pose : poses) {
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      const Vector3& at = pose.position[joint];
      bounds.Include(projection.Project(at));
      if (joint == kLeftEye || joint == kRightEye) {
        bounds.Include(projection.Project(at + Vector3{0, kHeadRoom, 0}));
      }
      if (joint == kLeftAnkle || joint == kRightAnkle) {
        bounds.Include(projection.Project(at - Vector3{0, kFootRoom, 0}));
      }
    }
  }
  return bounds;
}

}  // namespace

std::vector<PoseFrame> TakePictures(absl::Span<const SpatialPose> poses,
                                    const CameraOptions& options) {
  if (poses.empty()) return {};
  Vector3 center =
      0.5 * (poses[0].position[kRightHip] + poses[0].position[kLeftHip]);
  center.y = kChestHeight;
  const Projection projection(center, options);
  const Bounds bounds = BoundsOf(poses, projection);
  const double usable = 1.0 - 2.0 * options.margin;
  const double pixels_per_metre =
      std::min(options.width * usable / (bounds.right - bounds.left),
               options.height * usable / (bounds.top - bounds.bottom));
  const double middle = (bounds.left + bounds.right) / 2;
  const double ground = options.height * (1.0 - options.margin);
  std::vector<PoseFrame> frames;
  for (const SpatialPose& pose : poses) {
    PersonPose person;
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      const ImagePlanePoint at = projection.Project(pose.position[joint]);
      const Vector3& facing = pose.facing[joint];
      const bool seen =
          !HasDirection(facing) || projection.TowardCamera(facing) > 0.0;
      person.body[joint] = {
          .x = options.width / 2.0 + (at.right - middle) * pixels_per_metre,
          .y = ground - (at.up - bounds.bottom) * pixels_per_metre,
          .confidence = seen ? 1.0 : 0.0};
    }
    frames.push_back(
        {.width = options.width, .height = options.height, .people = {person}});
  }
  return frames;
}

}  // namespace animate
