#include "engine/pose/retarget.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/pose/body_measure.h"
#include "engine/pose/pose_error.h"
#include "engine/pose/skeleton_placer.h"

namespace animate {
namespace {

constexpr double kHipsSeenForRoot = 0.6;  // of the frames with somebody
constexpr double kFitMargin = 0.05;

absl::Status CheckOptions(const PoseSequence& driving,
                          const ReferencePose& reference,
                          const RetargetOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckPoseSequence(driving));
  ANIMATE_RETURN_IF_ERROR(CheckCanvas(reference.width, reference.height));
  const absl::Status person = CheckPerson(reference.person);
  if (!person.ok()) return PoseErrorAt("the reference pose", person);
  if (options.anchor_frame.value_or(0) >= driving.frames.size()) {
    return PoseError(absl::StrCat("anchor_frame must be less than the ",
                                  driving.frames.size(), " frames, got ",
                                  *options.anchor_frame));
  }
  if (!(options.confidence_threshold >= 0.0 &&
        options.confidence_threshold <= 1.0)) {
    return PoseError("confidence_threshold must be 0 to 1");
  }
  const RatioClamps& clamps = options.clamps;
  for (const double clamp : {clamps.limb, clamps.width, clamps.neck,
                             clamps.head, clamps.hand, clamps.foot}) {
    if (!(clamp >= 1.0)) return PoseError("clamps must be 1 or more");
  }
  return absl::OkStatus();
}

// The root: which joint is put in place, and where it is in each frame.
struct RootTrack {
  std::optional<size_t> joint;  // kMidHip or kNeck
  size_t anchor = 0;
  std::vector<Point> at;
};

std::optional<size_t> ChooseRoot(const std::vector<Skeleton>& skeletons,
                                 const Skeleton& reference) {
  size_t somebody = 0;
  size_t hips = 0;
  size_t necks = 0;
  for (const Skeleton& skeleton : skeletons) {
    const auto& seen = skeleton.seen;
    somebody += std::find(seen.begin(), seen.end(), true) != seen.end() ? 1 : 0;
    hips += seen[kMidHip] ? 1 : 0;
    necks += seen[kNeck] ? 1 : 0;
  }
  const bool hips_possible = reference.seen[kMidHip] && hips > 0;
  if (hips_possible && static_cast<double>(hips) >=
                           kHipsSeenForRoot * static_cast<double>(somebody)) {
    return kMidHip;
  }
  if (reference.seen[kNeck] && necks > 0) return kNeck;
  if (hips_possible) return kMidHip;
  return std::nullopt;
}

// Where the root is, on straight lines through the frames that do not show it.
// REQUIRES: one shows it.
std::vector<Point> TrackRoot(const std::vector<Skeleton>& skeletons,
                             size_t joint) {
  std::vector<Point> at(skeletons.size());
  std::optional<size_t> last;
  for (size_t t = 0; t < skeletons.size(); ++t) {
    if (!skeletons[t].seen[joint]) continue;
    at[t] = skeletons[t].at[joint];
    const size_t begin = last.has_value() ? *last + 1 : 0;
    const Point from = last.has_value() ? at[*last] : at[t];
    for (size_t i = begin; i < t; ++i) {
      const double part = static_cast<double>(i + 1 - begin) /
                          static_cast<double>(t + 1 - begin);
      at[i] = from + part * (at[t] - from);
    }
    last = t;
  }
  for (size_t i = last.value_or(0) + 1; i < at.size(); ++i) at[i] = at[*last];
  return at;
}

// The first frame from `wanted` on that shows the root, else the last before.
size_t AnchorFrame(const std::vector<Skeleton>& skeletons, size_t joint,
                   size_t wanted) {
  for (size_t t = wanted; t < skeletons.size(); ++t) {
    if (skeletons[t].seen[joint]) return t;
  }
  for (size_t t = wanted; t-- > 0;) {
    if (skeletons[t].seen[joint]) return t;
  }
  return wanted;
}

RootTrack FindRoot(const std::vector<Skeleton>& skeletons,
                   const Skeleton& reference, const RetargetOptions& options) {
  RootTrack root;
  root.anchor = options.anchor_frame.value_or(0);
  root.joint = ChooseRoot(skeletons, reference);
  if (root.joint.has_value()) {
    root.anchor = AnchorFrame(skeletons, *root.joint, root.anchor);
    root.at = TrackRoot(skeletons, *root.joint);
  }
  return root;
}

BodyRatios MeasureRatios(const PoseSequence& driving,
                         const ReferencePose& reference, size_t anchor,
                         const RetargetOptions& options) {
  const double threshold = options.confidence_threshold;
  const BodyMeasure to = MeasurePose(reference.person, threshold);
  if (options.mode == RetargetMode::kAnchorFrame) {
    return BoneRatios(MeasurePose(driving.frames[anchor], threshold), to);
  }
  const BodyMeasure from =
      MeasureSequence(driving.frames, threshold, anchor, driving.fps);
  BodyRatios ratios = ClassRatios(from, to, options.clamps);
  if (options.mode == RetargetMode::kSimilarity) {
    ratios.bone.fill(ratios.scale);
    ratios.head = ratios.hand = ratios.foot = ratios.leg = ratios.scale;
    ratios.by_name.clear();
    ratios.clamped.clear();
  }
  return ratios;
}

// Height of the lower ankle, y down; nothing unless both are seen.
std::optional<double> LowerAnkle(const Skeleton& skeleton) {
  if (!skeleton.seen[kRightAnkle] || !skeleton.seen[kLeftAnkle]) {
    return std::nullopt;
  }
  return std::max(skeleton.at[kRightAnkle].y, skeleton.at[kLeftAnkle].y);
}

void ShiftDown(double shift, PersonPose& person) {
  ForEachKeypoint(person, [&](Keypoint& point) {
    if (point.confidence > 0.0) point.y += shift;
  });
}

// Returns whether feet could be put on the ground. Frames without ankles are
// shifted as the frame before, the first ones as the first with ankles.
bool LockGround(const std::vector<Skeleton>& before, const Skeleton& reference,
                const RootTrack& root, double leg_ratio, double threshold,
                PoseSequence& poses) {
  const std::optional<double> ground = LowerAnkle(reference);
  const std::optional<double> start = LowerAnkle(before[root.anchor]);
  if (root.joint != kMidHip || !ground.has_value() || !start.has_value()) {
    return false;
  }
  std::optional<double> shift;
  size_t waiting = 0;
  for (size_t t = 0; t < before.size(); ++t) {
    const std::optional<double> from = LowerAnkle(before[t]);
    const std::optional<double> to =
        LowerAnkle(SkeletonOf(poses.frames[t], threshold));
    if (from.has_value() && to.has_value()) {
      shift = *ground + leg_ratio * (*from - *start) - *to;
    }
    if (!shift.has_value()) continue;
    for (; waiting <= t; ++waiting) ShiftDown(*shift, poses.frames[waiting]);
  }
  return true;
}

// The similarity that puts all seen points into the canvas, with a margin.
void FitToCanvas(const ReferencePose& reference, double threshold,
                 PoseSequence& poses, RetargetReport& report) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Point low{kInfinity, kInfinity};
  Point high{-kInfinity, -kInfinity};
  for (const PersonPose& person : poses.frames) {
    ForEachKeypoint(person, [&](const Keypoint& point) {
      if (!IsSeen(point, threshold)) return;
      low = {std::min(low.x, point.x), std::min(low.y, point.y)};
      high = {std::max(high.x, point.x), std::max(high.y, point.y)};
    });
  }
  poses.width = reference.width;
  poses.height = reference.height;
  if (!(low.x <= high.x)) {
    report.warnings.emplace_back("the driving motion shows nobody");
    return;
  }
  const double usable = 1.0 - 2.0 * kFitMargin;
  const double scale =
      std::min(usable * reference.width / std::max(high.x - low.x, 1.0),
               usable * reference.height / std::max(high.y - low.y, 1.0));
  const Point middle{reference.width / 2.0, reference.height / 2.0};
  for (PersonPose& person : poses.frames) {
    ForEachKeypoint(person, [&](Keypoint& point) {
      if (point.confidence <= 0.0) return;
      const Point at = middle + scale * (PointOf(point) - 0.5 * (low + high));
      point.x = at.x;
      point.y = at.y;
    });
  }
  report.global_scale = scale;
  report.warnings.emplace_back(
      "neither hips nor neck of both reference and driver are seen: the motion "
      "was only fitted into the picture");
}

// Drops what flew away and counts what is outside.
void Finish(double threshold, RetargetResult& result) {
  size_t seen = 0;
  size_t outside = 0;
  bool dropped = false;
  PoseSequence& poses = result.poses;
  for (PersonPose& person : poses.frames) {
    ForEachKeypoint(person, [&](Keypoint& point) {
      if (point.confidence <= 0.0) {
        point = {.confidence = point.confidence};
      } else if (!(std::abs(point.x) <= kMaxCoordinate &&
                   std::abs(point.y) <= kMaxCoordinate)) {
        point = {};
        dropped = true;
      }
    });
    for (const Keypoint& point : person.body) {
      if (!IsSeen(point, threshold)) continue;
      ++seen;
      outside += point.x < 0.0 || point.y < 0.0 || point.x >= poses.width ||
                         point.y >= poses.height
                     ? 1
                     : 0;
    }
  }
  if (seen > 0) {
    result.report.outside =
        static_cast<double>(outside) / static_cast<double>(seen);
  }
  if (dropped) {
    result.report.warnings.emplace_back(
        "points that ended up far outside the picture were dropped");
  }
}

}  // namespace

absl::string_view RetargetModeName(RetargetMode mode) {
  switch (mode) {
    case RetargetMode::kNone:
      return "none";
    case RetargetMode::kSimilarity:
      return "similarity";
    case RetargetMode::kAnchorFrame:
      return "anchor_frame";
    case RetargetMode::kSequence:
      return "sequence";
  }
  return "unknown";
}

absl::StatusOr<RetargetResult> Retarget(const PoseSequence& driving,
                                        const ReferencePose& reference,
                                        const RetargetOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckOptions(driving, reference, options));
  const double threshold = options.confidence_threshold;
  RetargetResult result{.poses = driving, .report = {}};
  RetargetReport& report = result.report;
  if (options.mode == RetargetMode::kNone) {
    Finish(threshold, result);
    return result;
  }
  std::vector<Skeleton> skeletons;
  skeletons.reserve(driving.frames.size());
  for (const PersonPose& person : driving.frames) {
    skeletons.push_back(SkeletonOf(person, threshold));
  }
  const Skeleton target = SkeletonOf(reference.person, threshold);
  const RootTrack root = FindRoot(skeletons, target, options);
  report.anchor_frame = root.anchor;
  if (!root.joint.has_value()) {
    FitToCanvas(reference, threshold, result.poses, report);
    Finish(threshold, result);
    return result;
  }
  BodyRatios ratios = MeasureRatios(driving, reference, root.anchor, options);
  if (*root.joint != kMidHip) ratios.leg = ratios.scale;
  const SkeletonPlacer placer(ratios, *root.joint);
  result.poses.width = reference.width;
  result.poses.height = reference.height;
  for (size_t t = 0; t < driving.frames.size(); ++t) {
    const Point root_to = target.at[*root.joint] +
                          ratios.leg * (root.at[t] - root.at[root.anchor]);
    placer.Place(skeletons[t], root.at[t], root_to, result.poses.frames[t]);
  }
  if (options.ground_lock) {
    report.ground_locked = LockGround(skeletons, target, root, ratios.leg,
                                      threshold, result.poses);
    if (!report.ground_locked) {
      report.warnings.emplace_back(
          "feet could not be kept on the ground: hips and both ankles of "
          "reference and anchor frame must be seen");
    }
  }
  report.global_scale = ratios.scale;
  report.root = *root.joint == kMidHip ? "mid_hip" : "neck";
  report.ratio = std::move(ratios.by_name);
  report.clamped = std::move(ratios.clamped);
  report.warnings.insert(report.warnings.begin(), ratios.warnings.begin(),
                         ratios.warnings.end());
  Finish(threshold, result);
  return result;
}

}  // namespace animate
