#include "engine/skeleton/body_reader.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "engine/skeleton/disc.h"
#include "engine/skeleton/limb_trace.h"

namespace animate {
namespace {

constexpr double kEndZone = 12.0;      // of a limb, where its joint may be
constexpr size_t kMaxCandidates = 60;  // hands have dots of the knee's colour
constexpr int kMinSupportedDisc = 8;   // pixels, with a limb that ends there
constexpr int kMinLoneDisc = 40;       // without
constexpr int kMinCovered = 5;         // pixels of white on a disc of the head
constexpr int kMaxContradictions = 6;  // pixels that are not of a disc

struct Candidate {
  Point at;
  int hits = 0;   // pixels of the joint's colour
  int white = 0;  // pixels of the face
  int score = 0;  // hits less pixels that contradict a disc
};

// A disc is drawn over limbs and the black: there it contradicts.
Candidate JudgeDisc(const LabelMap& map, size_t joint, int x, int y) {
  Candidate candidate{.at = {x + 0.5, y + 0.5}};
  ForEachDiscPixel(kDiscOfRadius4, x, y, [&](int px, int py) {
    if (!map.Contains(px, py)) return;
    const PixelLabel label = map.at(px, py);
    if (label == JointLabel(joint)) {
      ++candidate.hits;
      ++candidate.score;
    } else if (label == kWhiteLabel) {
      ++candidate.white;
    } else if (label == kBlackLabel || IsLimbLabel(label)) {
      --candidate.score;
    }
  });
  return candidate;
}

std::array<std::vector<Candidate>, kNumBodyJoints> FindDiscs(
    const LabelMap& map) {
  std::array<std::vector<Candidate>, kNumBodyJoints> all;
  for (int y = 0; y < map.height; ++y) {
    for (int x = 0; x < map.width; ++x) {
      const PixelLabel label = map.at(x, y);
      if (!IsJointLabel(label)) continue;
      const auto joint = static_cast<size_t>(label - kFirstJointLabel);
      const Candidate candidate = JudgeDisc(map, joint, x, y);
      if (candidate.hits >= kMinSupportedDisc && candidate.score > 0) {
        all[joint].push_back(candidate);
      }
    }
  }
  for (std::vector<Candidate>& candidates : all) {
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) {
                       return a.score > b.score;
                     });
    std::vector<Candidate> kept;
    for (const Candidate& candidate : candidates) {
      const bool apart =
          std::all_of(kept.begin(), kept.end(), [&](const Candidate& other) {
            return Distance(other.at, candidate.at) > kBodyRadius + 1;
          });
      if (apart) kept.push_back(candidate);
      if (kept.size() == kMaxCandidates) break;
    }
    candidates = std::move(kept);
  }
  return all;
}

// Finds joints by discs and traces.
class BodyFinder {
 public:
  explicit BodyFinder(const LabelMap& map)
      : traces_(TraceLimbs(map)), discs_(FindDiscs(map)) {}

  BodyReading Find() {
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) ChooseDisc(joint);
    // Nose before eyes before ears: each may need the one before.
    for (const BodyJoint joint :
         {kNeck, kNose, kRightShoulder, kLeftShoulder, kRightElbow, kLeftElbow,
          kRightWrist, kLeftWrist, kRightHip, kLeftHip, kRightKnee, kLeftKnee,
          kRightAnkle, kLeftAnkle, kRightEye, kLeftEye, kRightEar, kLeftEar}) {
      if (reading_.joints[joint].source == JointReading::Source::kNone) {
        JudgeByLimbs(joint);
      }
    }
    return reading_;
  }

 private:
  // 1 when a limb of the joint ends at `p`, a little less the more of it
  // must be hidden, -1 when it does not.
  static double Support(const LimbTrace& trace, Point p) {
    const double along = trace.Along(p);
    const double hidden = std::max(trace.begin - along, along - trace.end);
    const double aside = trace.Aside(p);
    if (hidden < -kEndZone ||
        aside > kMaxLimbAside + 0.1 * std::max(hidden, 0.0)) {
      return -1.0;
    }
    return 1.0 - std::min(0.01 * std::max(hidden - kLimbReach, 0.0), 0.9);
  }

  // Whether a disc of the head is half hidden by dots of the face, as those of
  // the ears are; their limbs may be hidden all.
  static bool PeepsOutOfFace(size_t joint, const Candidate& candidate) {
    const bool of_head = joint == kNose || joint >= kRightEye;
    return of_head && candidate.white >= kMinCovered &&
           candidate.hits - candidate.score <= kMaxContradictions;
  }

  void ChooseDisc(size_t joint) {
    double best = -1e9;
    const Candidate* chosen = nullptr;
    double chosen_support = 0.0;
    bool any_limb = false;
    for (const Candidate& candidate : discs_[joint]) {
      double support = 0.0;
      for (size_t limb = 0; limb < kNumDrawnLimbs; ++limb) {
        const DrawnLimb& ends = kDrawnLimbs[limb];
        if (!traces_[limb].found || (ends.from != joint && ends.to != joint)) {
          continue;
        }
        any_limb = true;
        support += Support(traces_[limb], candidate.at);
      }
      const double score = candidate.score / 49.0 + support;
      if (score > best) {
        best = score;
        chosen = &candidate;
        chosen_support = support;
      }
    }
    if (chosen == nullptr) return;
    const bool supported = chosen_support > 0.0;
    const bool lone = !any_limb && (chosen->hits >= kMinLoneDisc ||
                                    PeepsOutOfFace(joint, *chosen));
    if (!supported && !lone) {
      reading_.consistency -= chosen->hits / 49.0;
      return;
    }
    reading_.consistency += supported ? chosen->hits / 49.0 : 0.0;
    reading_.joints[joint] = {JointReading::Source::kDisc, chosen->at};
  }

  // The end of a limb away from its other joint; with neither known, nothing.
  std::optional<Point> EndAwayFrom(const LimbTrace& trace,
                                   const JointReading& other) const {
    if (other.source == JointReading::Source::kNone) return std::nullopt;
    return Distance(trace.BeginPoint(), other.at) >
                   Distance(trace.EndPoint(), other.at)
               ? trace.BeginPoint()
               : trace.EndPoint();
  }

  void JudgeByLimbs(size_t joint) {
    Point sum;
    int count = 0;
    for (size_t limb = 0; limb < kNumDrawnLimbs; ++limb) {
      const DrawnLimb& ends = kDrawnLimbs[limb];
      if (!traces_[limb].found || (ends.from != joint && ends.to != joint)) {
        continue;
      }
      const size_t other = ends.from == joint ? ends.to : ends.from;
      const std::optional<Point> end =
          EndAwayFrom(traces_[limb], reading_.joints[other]);
      if (!end.has_value()) continue;
      sum = sum + *end;
      ++count;
    }
    if (count == 0) return;
    reading_.joints[joint] = {JointReading::Source::kLimbs,
                              (1.0 / count) * sum};
  }

  std::array<LimbTrace, kNumDrawnLimbs> traces_;
  std::array<std::vector<Candidate>, kNumBodyJoints> discs_;
  BodyReading reading_;
};

}  // namespace

BodyReading ReadBody(const LabelMap& map) { return BodyFinder(map).Find(); }

}  // namespace animate
