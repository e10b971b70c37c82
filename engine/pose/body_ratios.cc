#include "engine/pose/body_ratios.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace animate {
namespace {

using Ratio = std::optional<double>;
using ClassRatioArray = std::array<Ratio, kNumBoneClasses>;

// How much a class says about the size of a body, by BoneClass.
constexpr double kWeights[kNumBoneClasses] = {0.5, 3.0, 1.0, 1.0,
                                              1.0, 2.0, 2.0, 0.5};
// Which class stands in for one that is missing; itself for none.
constexpr BoneClass kSiblings[kNumBoneClasses] = {
    kShoulderWidth, kTorso, kPelvis, kForearm,
    kUpperArm,      kShin,  kThigh,  kNeckToNose};

constexpr double kSmallestFrontalWidth = 0.45;  // shoulders over torso
constexpr double kLargestMismatch = 1.35;       // longer over shorter side

Ratio Divide(const std::optional<double>& reference,
             const std::optional<double>& driver) {
  if (!reference.has_value() || !driver.has_value()) return std::nullopt;
  return *reference / *driver;
}

double WeightedMedian(const ClassRatioArray& ratios) {
  std::vector<std::pair<double, double>> weighted;  // ratio, weight
  double total = 0.0;
  for (size_t c = 0; c < kNumBoneClasses; ++c) {
    if (!ratios[c].has_value()) continue;
    weighted.emplace_back(*ratios[c], kWeights[c]);
    total += kWeights[c];
  }
  std::sort(weighted.begin(), weighted.end());
  double below = 0.0;
  for (const auto& [ratio, weight] : weighted) {
    below += weight;
    if (below >= total / 2.0) return ratio;
  }
  return 1.0;
}

bool IsProfile(const BodyMeasure& body) {
  return body.length[kShoulderWidth].has_value() &&
         body.length[kTorso].has_value() &&
         2.0 * *body.length[kShoulderWidth] <
             kSmallestFrontalWidth * *body.length[kTorso];
}

// Clamps ratios and keeps the books.
class Clamp {
 public:
  explicit Clamp(BodyRatios& ratios) : ratios_(ratios) {}

  double operator()(absl::string_view name, double ratio, double factor) {
    const double clamped =
        std::clamp(ratio, ratios_.scale / factor, ratios_.scale * factor);
    if (clamped != ratio) ratios_.clamped.emplace_back(name);
    ratios_.by_name[std::string(name)] = clamped;
    return clamped;
  }

 private:
  BodyRatios& ratios_;
};

double ClampOf(BoneClass bone_class, const RatioClamps& clamps) {
  switch (bone_class) {
    case kPelvis:
    case kShoulderWidth:
      return clamps.width;
    case kNeckToNose:
      return clamps.neck;
    default:
      return clamps.limb;
  }
}

double HeadRatio(const BodyMeasure& driver, const BodyMeasure& reference,
                 double otherwise) {
  for (const BodyPartSize size : {kFaceSize, kEarSpan, kEyeSpan}) {
    const Ratio ratio = Divide(reference.part[size], driver.part[size]);
    if (ratio.has_value()) return *ratio;
  }
  return otherwise;
}

// The ratio of thigh and shin together.
double LegRatio(const BodyMeasure& driver, const BodyRatios& ratios) {
  double before = 0.0;
  double after = 0.0;
  for (const BoneClass bone_class : {kThigh, kShin}) {
    if (!driver.length[bone_class].has_value()) continue;
    const double length = *driver.length[bone_class];
    before += length;
    after +=
        length * ratios.by_name.at(std::string(kBoneClassNames[bone_class]));
  }
  return before > 0.0 ? after / before : ratios.scale;
}

void WarnOfReference(const BodyMeasure& reference, BodyRatios& ratios) {
  if (IsProfile(reference)) {
    ratios.warnings.emplace_back(
        "the reference seems to be seen from the side: its widths are not "
        "used");
  }
  for (size_t b = 0; b + 1 < kNumBones; ++b) {
    const size_t c = kBones[b].bone_class;
    if (kBones[b + 1].bone_class != c) continue;
    const auto& right = reference.bone[b];
    const auto& left = reference.bone[b + 1];
    if (!right.has_value() || !left.has_value()) continue;
    if (std::max(*right, *left) > kLargestMismatch * std::min(*right, *left)) {
      ratios.warnings.push_back(absl::StrCat(
          "the two sides of the reference differ in ", kBoneClassNames[c],
          ": one may be foreshortened; the longer is used"));
    }
  }
}

}  // namespace

BodyRatios ClassRatios(const BodyMeasure& driver, const BodyMeasure& reference,
                       const RatioClamps& clamps) {
  ClassRatioArray raw;
  for (size_t c = 0; c < kNumBoneClasses; ++c) {
    raw[c] = Divide(reference.length[c], driver.length[c]);
  }
  if (IsProfile(reference)) raw[kShoulderWidth] = raw[kPelvis] = std::nullopt;
  BodyRatios ratios;
  ratios.scale = WeightedMedian(raw);
  WarnOfReference(reference, ratios);
  Clamp clamp(ratios);
  std::array<double, kNumBoneClasses> by_class{};
  for (size_t c = 0; c < kNumBoneClasses; ++c) {
    const double sibling = raw[kSiblings[c]].value_or(ratios.scale);
    by_class[c] = clamp(kBoneClassNames[c], raw[c].value_or(sibling),
                        ClampOf(static_cast<BoneClass>(c), clamps));
  }
  for (size_t b = 0; b < kNumBones; ++b) {
    ratios.bone[b] = by_class[kBones[b].bone_class];
  }
  ratios.head =
      clamp("head", HeadRatio(driver, reference, ratios.scale), clamps.head);
  ratios.hand = clamp("hand",
                      Divide(reference.part[kHandSize], driver.part[kHandSize])
                          .value_or(by_class[kForearm]),
                      clamps.hand);
  ratios.foot = clamp("foot",
                      Divide(reference.part[kFootSize], driver.part[kFootSize])
                          .value_or(by_class[kShin]),
                      clamps.foot);
  ratios.leg = LegRatio(driver, ratios);
  return ratios;
}

BodyRatios BoneRatios(const BodyMeasure& driver, const BodyMeasure& reference) {
  constexpr double kWideOpen = 1e9;
  BodyRatios ratios = ClassRatios(driver, reference,
                                  {.limb = kWideOpen,
                                   .width = kWideOpen,
                                   .neck = kWideOpen,
                                   .head = kWideOpen,
                                   .hand = kWideOpen,
                                   .foot = kWideOpen});
  for (size_t b = 0; b < kNumBones; ++b) {
    Ratio ratio = Divide(reference.bone[b], driver.bone[b]);
    for (size_t other = 0; other < kNumBones && !ratio.has_value(); ++other) {
      if (kBones[other].bone_class == kBones[b].bone_class) {
        ratio = Divide(reference.bone[other], driver.bone[other]);
      }
    }
    if (ratio.has_value()) ratios.bone[b] = *ratio;
  }
  return ratios;
}

}  // namespace animate
