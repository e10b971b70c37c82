#include "engine/skeleton/body_refiner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "engine/skeleton/disc.h"

namespace animate {
namespace {

constexpr double kFractions[] = {0.5, 0.26, 0.74, 0.02, 0.98};

double FloorOf(double value) { return std::floor(value); }

class Refiner {
 public:
  Refiner(const LabelMap& map, BodyReading& reading)
      : map_(map), joints_(reading.joints) {
    disc_weight_.fill(4);
  }

  void Run() {
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      if (!Is(joint, JointReading::Source::kDisc)) continue;
      WeighDisc(joint);
      Search(joint, 2, 1);
    }
    // Those under others: far, then near; in turns, as eyes need the nose.
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      if (Is(joint, JointReading::Source::kLimbs)) SearchBeyond(joint);
    }
    for (const auto& [reach, step] : {std::pair(12, 4), {6, 2}, {2, 1}}) {
      for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
        if (Is(joint, JointReading::Source::kLimbs)) Search(joint, reach, step);
      }
    }
    for (int round = 0; round < 3; ++round) {
      for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
        if (Is(joint, JointReading::Source::kNone)) continue;
        if (round > 0 && Is(joint, JointReading::Source::kLimbs)) {
          Search(joint, 1, 1);
        }
        SearchFractions(joint);
      }
    }
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      if (Is(joint, JointReading::Source::kLimbs) && LimbGains(joint) <= 0) {
        joints_[joint].source = JointReading::Source::kNone;
      }
    }
  }

 private:
  bool Is(size_t joint, JointReading::Source source) const {
    return joints_[joint].source == source;
  }

  // Pixels that the limb explains less those that contradict it. What is drawn
  // later (limbs that follow, joints, hands, the face) neither.
  int LimbGain(size_t limb) {
    const JointReading& from = joints_[kDrawnLimbs[limb].from];
    const JointReading& to = joints_[kDrawnLimbs[limb].to];
    if (from.source == JointReading::Source::kNone ||
        to.source == JointReading::Source::kNone) {
      return 0;
    }
    ShapeOfLimb(from.at.x, from.at.y, to.at.x, to.at.y, shape_);
    const PixelLabel own = LimbLabel(limb);
    int gain = 0;
    for (size_t i = 0; i < shape_.rows.size(); ++i) {
      const int y = shape_.top + static_cast<int>(i);
      if (y < 0 || y >= map_.height) continue;
      const int end = std::min(shape_.rows[i].right, map_.width - 1);
      for (int x = std::max(shape_.rows[i].left, 0); x <= end; ++x) {
        const PixelLabel label = map_.at(x, y);
        if (label == own) {
          ++gain;
        } else if (label == kBlackLabel ||
                   (IsLimbLabel(label) && label < own)) {
          --gain;
        }
      }
    }
    return gain;
  }

  int LimbGains(size_t joint) {
    int gain = 0;
    for (size_t limb = 0; limb < kNumDrawnLimbs; ++limb) {
      if (kDrawnLimbs[limb].from == joint || kDrawnLimbs[limb].to == joint) {
        gain += LimbGain(limb);
      }
    }
    return gain;
  }

  int DiscGain(size_t joint) const {
    const Point at = joints_[joint].at;
    const PixelLabel own = JointLabel(joint);
    int gain = 0;
    ForEachDiscPixel(kDiscOfRadius4, static_cast<int>(at.x),
                     static_cast<int>(at.y), [&](int x, int y) {
                       if (!map_.Contains(x, y)) return;
                       const PixelLabel label = map_.at(x, y);
                       if (label == own) {
                         ++gain;
                       } else if (label == kBlackLabel || IsLimbLabel(label) ||
                                  (label >= kFirstJointLabel && label < own)) {
                         --gain;
                       }
                     });
    return gain;
  }

  int Gain(size_t joint) {
    return disc_weight_[joint] * DiscGain(joint) + LimbGains(joint);
  }

  // A disc that is seen whole decides the pixel, and limbs its fractions;
  // others, and those that compression blurred, are one voice among several.
  void WeighDisc(size_t joint) {
    constexpr int kWhole = 45;  // pixels of 49
    const Point start = joints_[joint].at;
    for (const int dy : {-1, 0, 1}) {
      for (const int dx : {-1, 0, 1}) {
        joints_[joint].at = start + Point{1.0 * dx, 1.0 * dy};
        if (DiscGain(joint) >= kWhole) disc_weight_[joint] = 50;
      }
    }
    joints_[joint].at = start;
  }

  // Tries the cells within `reach` of the joint's, every `step` pixels.
  void Search(size_t joint, int reach, int step) {
    const Point start = joints_[joint].at;
    std::vector<Point> places;
    for (int dy = -reach; dy <= reach; dy += step) {
      for (int dx = -reach; dx <= reach; dx += step) {
        places.push_back({start.x + dx, start.y + dy});
      }
    }
    TakeBest(joint, places);
  }

  // Tries to make the joint's limbs longer: what is hidden of them may be more
  // than what is seen.
  void SearchBeyond(size_t joint) {
    constexpr double kFar = 72.0;  // pixels
    constexpr double kStep = 4.0;
    const Point start = joints_[joint].at;
    std::vector<Point> places;
    for (const DrawnLimb& limb : kDrawnLimbs) {
      if (limb.from != joint && limb.to != joint) continue;
      const JointReading& other =
          joints_[limb.from == joint ? limb.to : limb.from];
      const double length = Distance(start, other.at);
      if (other.source == JointReading::Source::kNone || length < 1.0) continue;
      const Point ahead = (1.0 / length) * (start - other.at);
      for (double far = kStep; far <= kFar; far += kStep) {
        for (const double aside : {0.0, -kStep, kStep}) {
          places.push_back(start + far * ahead +
                           aside * Point{-ahead.y, ahead.x});
        }
      }
    }
    TakeBest(joint, places);
  }

  void SearchFractions(size_t joint) {
    const Point start = joints_[joint].at;
    std::vector<Point> places;
    for (const double fy : kFractions) {
      for (const double fx : kFractions) {
        places.push_back({FloorOf(start.x) + fx, FloorOf(start.y) + fy});
      }
    }
    TakeBest(joint, places);
  }

  // The joint stays where nothing is better.
  void TakeBest(size_t joint, const std::vector<Point>& places) {
    Point best = joints_[joint].at;
    int best_gain = Gain(joint);
    for (const Point& place : places) {
      joints_[joint].at = place;
      const int gain = Gain(joint);
      if (gain > best_gain) {
        best_gain = gain;
        best = place;
      }
    }
    joints_[joint].at = best;
  }

  const LabelMap& map_;
  std::array<JointReading, kNumBodyJoints>& joints_;
  std::array<int, kNumBodyJoints> disc_weight_;  // over a pixel of a limb
  FilledShape shape_;
};

}  // namespace

void RefineBody(const LabelMap& map, BodyReading& reading) {
  Refiner(map, reading).Run();
}

}  // namespace animate
