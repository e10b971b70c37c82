#include "engine/pose/skeleton_placer.h"

#include <optional>
#include <utility>

namespace animate {
namespace {

constexpr BodyJoint kHeadJoints[] = {kRightEye, kLeftEye, kRightEar, kLeftEar};

// A point before and after, on which others hang.
struct Anchor {
  Point from;
  Point to;
};

Point Follow(const Anchor& anchor, double ratio, Point point) {
  return anchor.to + ratio * (point - anchor.from);
}

void Move(const Anchor& anchor, double ratio, Keypoint& keypoint) {
  if (keypoint.confidence <= 0.0) return;
  const Point to = Follow(anchor, ratio, PointOf(keypoint));
  keypoint.x = to.x;
  keypoint.y = to.y;
}

// The middle of the eyes and ears that are seen.
std::optional<Point> MiddleOfHead(const Skeleton& skeleton) {
  Point sum;
  int count = 0;
  for (const BodyJoint joint : kHeadJoints) {
    if (!skeleton.seen[joint]) continue;
    sum = sum + skeleton.at[joint];
    ++count;
  }
  if (count == 0) return std::nullopt;
  return (1.0 / count) * sum;
}

}  // namespace

SkeletonPlacer::SkeletonPlacer(const BodyRatios& ratios, size_t root)
    : scale_(ratios.scale),
      neck_(ratios.bone[kNumBones - 1]),
      head_(ratios.head),
      hand_(ratios.hand),
      foot_(ratios.foot),
      root_(root) {
  static_assert(kBones[kNumBones - 1].bone_class == kNeckToNose);
  // From the neck, the torso is walked first and downwards.
  if (root == kNeck) {
    bones_.push_back({kNeck, kMidHip, ratios.bone[kTorsoBone]});
  }
  for (size_t b = 0; b < kNumBones; ++b) {
    if (root == kNeck && b == kTorsoBone) continue;
    bones_.push_back({kBones[b].parent, kBones[b].child, ratios.bone[b]});
  }
}

void SkeletonPlacer::Place(const Skeleton& skeleton, Point root_from,
                           Point root_to, PersonPose& person) const {
  const Anchor whole{root_from, root_to};
  std::array<Point, kNumSkeletonJoints> to{};
  to[root_] = root_to;
  for (const auto& [parent, child, ratio] : bones_) {
    const Point from = skeleton.at[child];
    to[child] = skeleton.seen[parent]
                    ? Follow({skeleton.at[parent], to[parent]}, ratio, from)
                    : Follow(whole, scale_, from);
  }
  // What hangs on a joint: as a whole with the body where it is not seen.
  const auto move_group = [&](size_t joint, double ratio,
                              absl::Span<Keypoint> group) {
    const bool seen = skeleton.seen[joint];
    const Anchor anchor = seen ? Anchor{skeleton.at[joint], to[joint]} : whole;
    for (Keypoint& point : group) Move(anchor, seen ? ratio : scale_, point);
  };
  Anchor head{skeleton.at[kNose], to[kNose]};
  double head_ratio = head_;
  if (!skeleton.seen[kNose]) {
    const std::optional<Point> middle = MiddleOfHead(skeleton);
    if (middle.has_value() && skeleton.seen[kNeck]) {
      head = {*middle, Follow({skeleton.at[kNeck], to[kNeck]}, neck_, *middle)};
    } else {
      head = whole;
      head_ratio = scale_;
    }
  }
  for (const BodyJoint joint : kHeadJoints) {
    Move(head, head_ratio, person.body[joint]);
  }
  for (Keypoint& point : person.face) Move(head, head_ratio, point);
  move_group(kLeftAnkle, foot_, absl::MakeSpan(person.feet).subspan(0, 3));
  move_group(kRightAnkle, foot_, absl::MakeSpan(person.feet).subspan(3, 3));
  move_group(kLeftWrist, hand_, absl::MakeSpan(person.left_hand));
  move_group(kRightWrist, hand_, absl::MakeSpan(person.right_hand));
  for (size_t joint = kNose; joint <= kLeftAnkle; ++joint) {
    Keypoint& point = person.body[joint];
    if (point.confidence <= 0.0) continue;
    // The neck may be the root, where no bone leads to.
    const Point at = joint == root_ && !skeleton.seen[joint]
                         ? Follow(whole, scale_, PointOf(point))
                         : to[joint];
    point.x = at.x;
    point.y = at.y;
  }
}

}  // namespace animate
