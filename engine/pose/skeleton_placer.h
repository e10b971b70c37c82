#ifndef ANIMATE_ENGINE_POSE_SKELETON_PLACER_H_
#define ANIMATE_ENGINE_POSE_SKELETON_PLACER_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "engine/pose/body_bones.h"
#include "engine/pose/body_ratios.h"
#include "engine/pose/pose_frame.h"

namespace animate {

// Gives bones other lengths without turning them. Immutable.
class SkeletonPlacer {
 public:
  // `root` is kMidHip or kNeck: where the chains of bones begin.
  SkeletonPlacer(const BodyRatios& ratios, size_t root);

  // Moves all points of `person` that have a confidence > 0, from bone to bone
  // away from the root, which goes from `root_from` to `root_to`. Face, hands
  // and feet keep their shape and hang on nose, wrists and ankles; a head
  // without a nose hangs on the neck. A point whose bone begins at a joint
  // that is not seen keeps its place relative to the root, scaled with the
  // body. `skeleton` is that of `person`.
  void Place(const Skeleton& skeleton, Point root_from, Point root_to,
             PersonPose& person) const;

 private:
  struct RatioBone {
    size_t parent;
    size_t child;
    double ratio;
  };

  double scale_;
  double neck_;
  double head_;
  double hand_;
  double foot_;
  size_t root_;
  std::vector<RatioBone> bones_;  // parents before children
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_SKELETON_PLACER_H_
