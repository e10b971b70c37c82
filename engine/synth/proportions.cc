#include "engine/synth/proportions.h"

#include <cstddef>
#include <iterator>

namespace animate {
namespace {

// Ranges of a body type; of the leg, hip joint to ground over all below the
// neck; of the arm, shoulder to wrist over the torso.
struct TypeRanges {
  BodyType type;
  double weight;  // how often it is drawn
  double head[2];
  double head_aspect[2];
  double neck;
  double leg[2];
  double arm[2];
  double shoulder[2];
  double girth[2];
  double hand;
  double foot;
};

constexpr TypeRanges kTypes[] = {
    {BodyType::kAdult,
     0.30,
     {0.215, 0.245},
     {0.86, 0.96},
     0.026,
     {0.560, 0.590},
     {1.00, 1.08},
     {0.098, 0.112},
     {0.95, 1.20},
     0.098,
     0.115},
    {BodyType::kTall,
     0.15,
     {0.185, 0.205},
     {0.84, 0.92},
     0.034,
     {0.595, 0.620},
     {1.04, 1.12},
     {0.090, 0.104},
     {0.85, 1.00},
     0.094,
     0.110},
    {BodyType::kStocky,
     0.15,
     {0.235, 0.260},
     {0.92, 1.02},
     0.014,
     {0.510, 0.540},
     {0.98, 1.06},
     {0.118, 0.134},
     {1.25, 1.45},
     0.104,
     0.125},
    {BodyType::kChild,
     0.20,
     {0.285, 0.325},
     {0.94, 1.04},
     0.012,
     {0.530, 0.560},
     {0.98, 1.06},
     {0.086, 0.098},
     {1.05, 1.20},
     0.092,
     0.115},
    {BodyType::kChibi,
     0.20,
     {0.380, 0.430},
     {1.00, 1.10},
     0.002,
     {0.460, 0.500},
     {0.98, 1.08},
     {0.084, 0.098},
     {1.20, 1.38},
     0.088,
     0.118},
};

double Draw(SynthRandom& random, const double (&range)[2]) {
  return random.Uniform(range[0], range[1]);
}

Proportions DrawFrom(const TypeRanges& ranges, SynthRandom& random) {
  Proportions p;
  p.type = ranges.type;
  p.head_height = Draw(random, ranges.head);
  p.head_width = p.head_height * Draw(random, ranges.head_aspect);
  p.neck = ranges.neck * random.Uniform(0.8, 1.2);
  const double below = 1.0 - p.head_height - p.neck;
  const double hip = below * Draw(random, ranges.leg);
  p.torso = below - hip;
  p.ankle_height = 0.048 * random.Uniform(0.95, 1.1);
  const double leg = hip - p.ankle_height;
  p.thigh = leg * random.Uniform(0.505, 0.530);
  p.shin = leg - p.thigh;
  const double arm = p.torso * Draw(random, ranges.arm);
  p.upper_arm = arm * random.Uniform(0.51, 0.54);
  p.forearm = arm - p.upper_arm;
  p.shoulder_half_width = Draw(random, ranges.shoulder);
  p.hand = ranges.hand * random.Uniform(0.94, 1.08);
  p.foot = ranges.foot * random.Uniform(0.95, 1.1);

  const double girth = Draw(random, ranges.girth);
  const double arm_girth = girth * random.Uniform(0.95, 1.05);
  p.neck_radius = 0.028 * girth;
  p.shoulder_radius = 0.034 * arm_girth;
  p.elbow_radius = 0.028 * arm_girth;
  p.wrist_radius = 0.0225 * arm_girth;
  p.thigh_radius = 0.047 * girth;
  p.knee_radius = 0.037 * girth;
  p.ankle_radius = 0.0285 * girth;
  p.hip_half_width = p.thigh_radius * random.Uniform(0.98, 1.12);
  p.pelvis_half_width = p.hip_half_width + 0.96 * p.thigh_radius;
  p.chest_half_width = p.shoulder_half_width * random.Uniform(0.90, 1.0);
  const double waist = random.Uniform(0.78, 0.98);
  p.waist_half_width = waist * 0.5 * (p.pelvis_half_width + p.chest_half_width);
  p.depth = random.Uniform(0.66, 0.8);
  return p;
}

}  // namespace

Proportions Proportions::Draw(SynthRandom& random) {
  double choice = random.Uniform(0.0, 1.0);
  size_t index = 0;
  while (index + 1 < std::size(kTypes) && choice >= kTypes[index].weight) {
    choice -= kTypes[index].weight;
    ++index;
  }
  return DrawFrom(kTypes[index], random);
}

Proportions Proportions::Draw(BodyType type, SynthRandom& random) {
  for (const TypeRanges& ranges : kTypes) {
    if (ranges.type == type) return DrawFrom(ranges, random);
  }
  return {};
}

}  // namespace animate
