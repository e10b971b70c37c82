#include "engine/pose/body_measure.h"

#include <algorithm>
#include <cmath>

#include "engine/pose/quantile.h"

namespace animate {
namespace {

constexpr double kShortest = 1e-3;  // pixels; less is no bone
constexpr double kLengthQuantile = 0.85;
constexpr double kScaleQuantile = 0.75;
constexpr size_t kMinBonesForScale = 4;
constexpr int kIterations = 10;
constexpr double kDefaultFps = 24.0;
constexpr size_t kMinFaceDots = 40;

// What one frame shows; 0 for nothing. Parts have two sides.
struct Sample {
  std::array<double, kNumBones> bone{};
  std::array<std::array<double, 2>, kNumBodyPartSizes> part{};
};

double SpanOf(const Keypoint& a, const Keypoint& b, double threshold) {
  if (!IsSeen(a, threshold) || !IsSeen(b, threshold)) return 0.0;
  const double span = Distance(PointOf(a), PointOf(b));
  return span >= kShortest ? span : 0.0;
}

double FaceSize(const PersonPose& person, double threshold) {
  const auto dots = static_cast<size_t>(std::count_if(
      person.face.begin(), person.face.end(),
      [&](const Keypoint& point) { return IsSeen(point, threshold); }));
  if (dots < kMinFaceDots) return 0.0;
  const double width = SpanOf(person.face[0], person.face[16], threshold);
  const double height = SpanOf(person.face[27], person.face[8], threshold);
  return std::sqrt(width * height);
}

double HandSize(absl::Span<const Keypoint> hand, double threshold) {
  double sum = 0.0;
  for (const size_t knuckle : {5, 9, 13, 17}) {
    const double span = SpanOf(hand[0], hand[knuckle], threshold);
    if (span == 0.0) return 0.0;
    sum += span;
  }
  return sum / 4.0;
}

Sample TakeSample(const PersonPose& person, double threshold) {
  Sample sample;
  const Skeleton skeleton = SkeletonOf(person, threshold);
  for (size_t b = 0; b < kNumBones; ++b) {
    const auto& [parent, child, bone_class] = kBones[b];
    if (!skeleton.seen[parent] || !skeleton.seen[child]) continue;
    const double length = Distance(skeleton.at[parent], skeleton.at[child]);
    if (length >= kShortest) sample.bone[b] = length;
  }
  const auto& body = person.body;
  sample.part[kFaceSize][0] = FaceSize(person, threshold);
  sample.part[kEarSpan][0] = SpanOf(body[kRightEar], body[kLeftEar], threshold);
  sample.part[kEyeSpan][0] = SpanOf(body[kRightEye], body[kLeftEye], threshold);
  sample.part[kHandSize] = {HandSize(person.left_hand, threshold),
                            HandSize(person.right_hand, threshold)};
  sample.part[kFootSize] = {
      SpanOf(body[kLeftAnkle], person.feet[0], threshold),
      SpanOf(body[kRightAnkle], person.feet[3], threshold)};
  return sample;
}

// Fills what is missing (0) between known values linearly, at the ends with
// the nearest. All become 1 when nothing is known.
void FillMissing(std::vector<double>& values) {
  size_t known_end = 0;  // behind the last known value so far
  for (size_t t = 0; t < values.size(); ++t) {
    if (values[t] == 0.0) continue;
    for (size_t i = known_end; i < t; ++i) {
      const double from = known_end > 0 ? values[known_end - 1] : values[t];
      const double part = known_end > 0
                              ? static_cast<double>(i - known_end + 1) /
                                    static_cast<double>(t - known_end + 1)
                              : 0.0;
      values[i] = from + part * (values[t] - from);
    }
    known_end = t + 1;
  }
  const double last = known_end > 0 ? values[known_end - 1] : 1.0;
  std::fill(values.begin() + static_cast<std::ptrdiff_t>(known_end),
            values.end(), last);
}

// The value at `t` of the line that fits the values within `radius` best.
double LinearFitAt(const std::vector<double>& values, size_t t, size_t radius) {
  const size_t begin = t - std::min(t, radius);
  const size_t end = std::min(t + radius + 1, values.size());
  const auto count = static_cast<double>(end - begin);
  double sum_x = 0.0, sum_y = 0.0, sum_xx = 0.0, sum_xy = 0.0;
  for (size_t i = begin; i < end; ++i) {
    const double x = static_cast<double>(i) - static_cast<double>(t);
    sum_x += x;
    sum_y += values[i];
    sum_xx += x * x;
    sum_xy += x * values[i];
  }
  const double spread = count * sum_xx - sum_x * sum_x;
  if (spread == 0.0) return sum_y / count;
  return (sum_y * sum_xx - sum_x * sum_xy) / spread;
}

// Estimates lengths and scales in turn.
class Estimator {
 public:
  Estimator(absl::Span<const PersonPose> frames, double threshold,
            size_t anchor, double fps)
      : anchor_(anchor),
        radius_(static_cast<size_t>(
            std::lround((fps > 0.0 ? fps : kDefaultFps) / 4.0))),
        scale_(frames.size(), 1.0) {
    samples_.reserve(frames.size());
    for (const PersonPose& frame : frames) {
      samples_.push_back(TakeSample(frame, threshold));
    }
    const size_t two_percent = (frames.size() + 49) / 50;
    min_samples_ = std::min(frames.size(), std::max<size_t>(3, two_percent));
  }

  BodyMeasure Run() {
    BodyMeasure measure;
    EstimateLengths(measure);
    for (int i = 0; i < kIterations && EstimateScales(measure) > 1e-12; ++i) {
      EstimateLengths(measure);
    }
    EstimateParts(measure);
    measure.scale = scale_;
    return measure;
  }

 private:
  std::optional<double> LengthOf(std::vector<double>& lengths) const {
    if (lengths.empty() || lengths.size() < min_samples_) return std::nullopt;
    return Quantile(lengths, kLengthQuantile);
  }

  void EstimateLengths(BodyMeasure& measure) {
    std::array<std::vector<double>, kNumBoneClasses> lengths;
    for (std::vector<double>& list : lengths) list.reserve(2 * samples_.size());
    for (size_t t = 0; t < samples_.size(); ++t) {
      for (size_t b = 0; b < kNumBones; ++b) {
        const double length = samples_[t].bone[b];
        if (length > 0.0) {
          lengths[kBones[b].bone_class].push_back(length / scale_[t]);
        }
      }
    }
    for (size_t c = 0; c < kNumBoneClasses; ++c) {
      measure.length[c] = LengthOf(lengths[c]);
    }
  }

  // Returns the largest change.
  double EstimateScales(const BodyMeasure& measure) {
    std::vector<double> raw(samples_.size(), 0.0);
    std::vector<double> ratios;
    for (size_t t = 0; t < samples_.size(); ++t) {
      ratios.clear();
      for (size_t b = 0; b < kNumBones; ++b) {
        const auto& length = measure.length[kBones[b].bone_class];
        if (samples_[t].bone[b] > 0.0 && length.has_value()) {
          ratios.push_back(samples_[t].bone[b] / *length);
        }
      }
      if (ratios.size() >= kMinBonesForScale) {
        raw[t] = Quantile(ratios, kScaleQuantile);
      }
    }
    FillMissing(raw);
    const auto smoothed = [&](size_t t) {
      return std::max(LinearFitAt(raw, t, radius_), 0.1 * raw[t]);
    };
    const double at_anchor = smoothed(anchor_);
    double change = 0.0;
    for (size_t t = 0; t < scale_.size(); ++t) {
      const double scale = smoothed(t) / at_anchor;
      change = std::max(change, std::abs(scale - scale_[t]) / scale);
      scale_[t] = scale;
    }
    return change;
  }

  void EstimateParts(BodyMeasure& measure) {
    for (size_t p = 0; p < kNumBodyPartSizes; ++p) {
      std::vector<double> sizes;
      for (size_t t = 0; t < samples_.size(); ++t) {
        for (const double size : samples_[t].part[p]) {
          if (size > 0.0) sizes.push_back(size / scale_[t]);
        }
      }
      measure.part[p] = LengthOf(sizes);
    }
  }

  size_t anchor_;
  size_t radius_;  // frames
  size_t min_samples_ = 0;
  std::vector<Sample> samples_;
  std::vector<double> scale_;
};

}  // namespace

BodyMeasure MeasurePose(const PersonPose& person, double threshold) {
  const Sample sample = TakeSample(person, threshold);
  BodyMeasure measure;
  const auto keep_longer = [](std::optional<double>& length, double other) {
    if (other > length.value_or(0.0)) length = other;
  };
  for (size_t b = 0; b < kNumBones; ++b) {
    keep_longer(measure.bone[b], sample.bone[b]);
    keep_longer(measure.length[kBones[b].bone_class], sample.bone[b]);
  }
  for (size_t p = 0; p < kNumBodyPartSizes; ++p) {
    for (const double size : sample.part[p]) keep_longer(measure.part[p], size);
  }
  return measure;
}

BodyMeasure MeasureSequence(absl::Span<const PersonPose> frames,
                            double threshold, size_t anchor, double fps) {
  return Estimator(frames, threshold, anchor, fps).Run();
}

}  // namespace animate
