#include "engine/pose/pose_repair.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "engine/pose/body_bones.h"
#include "engine/pose/quantile.h"

namespace animate {
namespace {

constexpr size_t kLongestSwap = 3;   // frames
constexpr double kSwapGain = 0.5;    // part of the way that may be left
constexpr double kMinSwapWay = 0.1;  // torsos; less is no swap
constexpr size_t kWindowRadius = 2;  // frames
constexpr double kDeviations = 3.0;
constexpr double kMadToDeviation = 1.4826;
constexpr double kSmallestJump = 0.05;  // torsos
constexpr double kFilledConfidence = 0.8;

using Sides = std::pair<BodyJoint, BodyJoint>;

// What detectors swap as one.
struct Part {
  std::vector<Sides> joints;
  bool hands = false;
  bool feet = false;
};

const std::array<Part, 3>& Parts() {
  static const auto& parts = *new std::array<Part, 3>{
      Part{.joints = {{kRightShoulder, kLeftShoulder},
                      {kRightElbow, kLeftElbow},
                      {kRightWrist, kLeftWrist}},
           .hands = true},
      Part{.joints = {{kRightHip, kLeftHip},
                      {kRightKnee, kLeftKnee},
                      {kRightAnkle, kLeftAnkle}},
           .feet = true},
      Part{.joints = {{kRightEye, kLeftEye}, {kRightEar, kLeftEar}}}};
  return parts;
}

void Swap(const Part& part, PersonPose& person) {
  for (const auto& [right, left] : part.joints) {
    std::swap(person.body[right], person.body[left]);
  }
  if (part.hands) std::swap(person.left_hand, person.right_hand);
  if (part.feet) {
    std::swap_ranges(person.feet.begin(), person.feet.begin() + 3,
                     person.feet.begin() + 3);
  }
}

// How far the part goes from `a` to `b`, as it is and with sides exchanged.
// Only pairs seen on both sides of both count.
struct Ways {
  double kept = 0.0;
  double swapped = 0.0;
};

Ways WaysBetween(const Part& part, const PersonPose& a, const PersonPose& b) {
  Ways ways;
  const auto seen = [](const Keypoint& point) {
    return IsSeen(point, kMinKeypointConfidence);
  };
  for (const auto& [right, left] : part.joints) {
    if (!seen(a.body[right]) || !seen(a.body[left]) || !seen(b.body[right]) ||
        !seen(b.body[left])) {
      continue;
    }
    const Point from[] = {PointOf(a.body[right]), PointOf(a.body[left])};
    const Point to[] = {PointOf(b.body[right]), PointOf(b.body[left])};
    ways.kept += Distance(from[0], to[0]) + Distance(from[1], to[1]);
    ways.swapped += Distance(from[0], to[1]) + Distance(from[1], to[0]);
  }
  return ways;
}

bool IsSwap(const Ways& ways, double torso) {
  return ways.kept > kMinSwapWay * torso &&
         ways.swapped < kSwapGain * ways.kept;
}

// Length of the swap that begins at frame `begin`; 0 when there is none. It
// ends where the part jumps back, or with the sequence.
size_t SwapLength(const Part& part, const PoseSequence& sequence, size_t begin,
                  double torso) {
  const std::vector<PersonPose>& frames = sequence.frames;
  if (!IsSwap(WaysBetween(part, frames[begin - 1], frames[begin]), torso)) {
    return 0;
  }
  for (size_t length = 1; length <= kLongestSwap; ++length) {
    const size_t end = begin + length;
    if (end == frames.size()) return length;
    if (IsSwap(WaysBetween(part, frames[end - 1], frames[end]), torso)) {
      return length;
    }
  }
  return 0;
}

// The frames in which one keypoint is seen.
class Track {
 public:
  Track(PoseSequence& sequence, size_t index)
      : sequence_(sequence), index_(index) {}

  Keypoint& operator[](size_t t) const {
    return KeypointAt(sequence_.frames[t], index_);
  }
  bool seen(size_t t) const {
    return IsSeen((*this)[t], kMinKeypointConfidence);
  }
  size_t size() const { return sequence_.frames.size(); }

 private:
  PoseSequence& sequence_;
  size_t index_;
};

// Whether the middle one of `window` is out of place. `value` is that one.
bool IsOutlier(std::vector<double> window, double value, double smallest) {
  const double median = Quantile(window, 0.5);
  for (double& other : window) other = std::abs(other - median);
  const double deviation = kMadToDeviation * Quantile(window, 0.5);
  return std::abs(value - median) > std::max(kDeviations * deviation, smallest);
}

std::vector<size_t> OutliersOf(const Track& track, double smallest) {
  std::vector<size_t> outliers;
  for (size_t t = 0; t < track.size(); ++t) {
    if (!track.seen(t)) continue;
    std::vector<double> x;
    std::vector<double> y;
    const size_t begin = t - std::min(t, kWindowRadius);
    const size_t end = std::min(t + kWindowRadius + 1, track.size());
    for (size_t i = begin; i < end; ++i) {
      if (!track.seen(i)) continue;
      x.push_back(track[i].x);
      y.push_back(track[i].y);
    }
    constexpr size_t kMinWindow = 3;
    if (x.size() < kMinWindow) continue;
    if (IsOutlier(std::move(x), track[t].x, smallest) ||
        IsOutlier(std::move(y), track[t].y, smallest)) {
      outliers.push_back(t);
    }
  }
  return outliers;
}

}  // namespace

double TorsoLength(const PoseSequence& sequence) {
  std::vector<double> lengths;
  for (const PersonPose& person : sequence.frames) {
    const Skeleton skeleton = SkeletonOf(person, kMinKeypointConfidence);
    if (!skeleton.seen[kNeck] || !skeleton.seen[kMidHip]) continue;
    lengths.push_back(Distance(skeleton.at[kNeck], skeleton.at[kMidHip]));
  }
  const double median = lengths.empty() ? 0.0 : Quantile(lengths, 0.5);
  return median > 0.0 ? median : sequence.height / 4.0;
}

size_t RepairSwaps(PoseSequence& sequence) {
  const double torso = TorsoLength(sequence);
  size_t changed = 0;
  for (const Part& part : Parts()) {
    for (size_t t = 1; t < sequence.frames.size(); ++t) {
      const size_t length = SwapLength(part, sequence, t, torso);
      for (size_t i = t; i < t + length; ++i) Swap(part, sequence.frames[i]);
      changed += length;
    }
  }
  return changed;
}

size_t RejectOutliers(PoseSequence& sequence) {
  const double smallest = kSmallestJump * TorsoLength(sequence);
  size_t rejected = 0;
  for (size_t index = 0; index < kNumKeypoints; ++index) {
    const Track track(sequence, index);
    // All are judged before one is removed: the result depends on no order.
    for (const size_t t : OutliersOf(track, smallest)) {
      track[t] = {};
      ++rejected;
    }
  }
  return rejected;
}

size_t FillGaps(PoseSequence& sequence, size_t max_gap) {
  size_t filled = 0;
  for (size_t index = 0; index < kNumKeypoints; ++index) {
    const Track track(sequence, index);
    std::optional<size_t> last;
    for (size_t t = 0; t < track.size(); ++t) {
      if (!track.seen(t)) continue;
      if (last.has_value() && t - *last > 1 && t - *last - 1 <= max_gap) {
        const Keypoint& from = track[*last];
        const Keypoint& to = track[t];
        for (size_t i = *last + 1; i < t; ++i, ++filled) {
          const double part =
              static_cast<double>(i - *last) / static_cast<double>(t - *last);
          track[i] = {.x = from.x + part * (to.x - from.x),
                      .y = from.y + part * (to.y - from.y),
                      .confidence = kFilledConfidence *
                                    std::min(from.confidence, to.confidence)};
        }
      }
      last = t;
    }
  }
  return filled;
}

size_t RepairPoses(PoseSequence& sequence) {
  return RepairSwaps(sequence) + RejectOutliers(sequence) + FillGaps(sequence);
}

}  // namespace animate
