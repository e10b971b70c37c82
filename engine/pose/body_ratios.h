#ifndef ANIMATE_ENGINE_POSE_BODY_RATIOS_H_
#define ANIMATE_ENGINE_POSE_BODY_RATIOS_H_

#include <array>
#include <map>
#include <string>
#include <vector>

#include "engine/pose/body_bones.h"
#include "engine/pose/body_measure.h"

namespace animate {

// How far the ratio of a part may be from that of the whole body, as a factor
// up and down, each >= 1: a guard against measurements of hidden or shortened
// bones. Real proportions (a child's against an adult's) stay within.
struct RatioClamps {
  double limb = 2.0;   // torso, arms, legs
  double width = 1.8;  // shoulders, pelvis
  double neck = 2.5;
  double head = 3.5;
  double hand = 2.0;
  double foot = 2.0;
};

// Sizes of one body's parts over those of another.
struct BodyRatios {
  double scale = 1.0;  // of the body as a whole
  std::array<double, kNumBones> bone{};
  double head = 1.0;
  double hand = 1.0;
  double foot = 1.0;
  double leg = 1.0;  // thigh and shin together; the scale when they are unknown
  // Ratios by name: of BoneClass, and "head", "hand", "foot".
  std::map<std::string, double> by_name;
  std::vector<std::string> clamped;   // names whose ratio was clamped
  std::vector<std::string> warnings;  // sentences for people
};

// Returns one ratio per class: reference over driver. The scale is the
// weighted median of the classes (the torso counts most); a class that either
// body lacks takes the ratio of its neighbour in the limb, else the scale.
// Widths of a reference seen from the side are ignored.
BodyRatios ClassRatios(const BodyMeasure& driver, const BodyMeasure& reference,
                       const RatioClamps& clamps);

// Returns one ratio per bone, from one pose each, without clamps: each bone of
// the driver's pose gets exactly the reference's length. A bone that one of
// them lacks takes the ratio of the other side, else of its class, else the
// scale.
BodyRatios BoneRatios(const BodyMeasure& driver, const BodyMeasure& reference);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_BODY_RATIOS_H_
