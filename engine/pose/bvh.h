#ifndef ANIMATE_ENGINE_POSE_BVH_H_
#define ANIMATE_ENGINE_POSE_BVH_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/pose/rotation.h"

namespace animate {

// A motion-capture clip in the Biovision hierarchy format.
struct BvhClip {
  enum class Channel {
    kXPosition,
    kYPosition,
    kZPosition,
    kXRotation,
    kYRotation,
    kZRotation
  };

  struct Joint {
    std::string name;  // "End Site" for the ends of chains
    int parent = -1;   // index of an earlier joint; -1 for the root
    Vector3 offset;
    std::vector<Channel> channels;
  };

  // Where a joint is and how it is turned.
  struct Placement {
    Vector3 position;
    Rotation rotation;
  };

  std::vector<Joint> joints;  // parents first
  size_t channel_count = 0;   // of all joints
  double frame_time = 0.0;    // seconds, > 0
  size_t frame_count = 0;
  std::vector<double> values;  // frame_count x channel_count

  // Forward kinematics: all joints at `frame`, in the file's unit and axes.
  // REQUIRES: frame < frame_count.
  std::vector<Placement> PlaceJoints(size_t frame) const;

  // The joints without any channel applied.
  std::vector<Placement> RestPose() const;
};

// Returns INVALID_ARGUMENT, with the place, when `text` is something else, has
// several roots, more than 1000 joints or 200,000 frames, or a number that is
// not finite.
absl::StatusOr<BvhClip> ParseBvh(absl::string_view text);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_BVH_H_
