// Motions in the plane of the picture: no bone is ever shortened.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "engine/synth/procedural_motion.h"
#include "engine/synth/wave_form.h"

namespace animate {
namespace {

// A hand that shows its fingers.
constexpr HandShape kOpenHand = {.curl = 0.03, .spread = 0.9, .twist = 85.0};

void Smile(double mouth_open, JointAngles& angles) {
  angles.face.smile = 0.9;
  angles.face.mouth_open = mouth_open;
}

}  // namespace

JointAngles NeutralAngles() {
  JointAngles angles;
  for (int side = 0; side < 2; ++side) {
    angles.arm_out[side] = 26.0;
    angles.elbow_out[side] = -6.0;
    angles.leg_out[side] = 6.0;
    angles.hand[side] = {.curl = 0.12, .spread = 0.6, .twist = 70.0};
  }
  return angles;
}

ProceduralMotion MakeWave(SynthRandom& random) {
  const int side = random.Chance(0.5) ? 0 : 1;
  const double f = random.Uniform(1.4, 2.0);
  const double raise = random.Uniform(112, 132);
  const double swing = random.Uniform(22, 34);
  const double sway = random.Uniform(0.01, 0.03);
  // Two greetings to a bob of the body.
  const auto at = [=](double t) {
    JointAngles a = NeutralAngles();
    const double beat = f * t;
    const double up = Ease(0.0, 0.5, t);
    const double direction = side == 0 ? 1.0 : -1.0;
    a.arm_out[side] += up * (raise - 26.0 + 4.0 * SinTurn(beat));
    a.elbow_out[side] += up * (38.0 + swing * SinTurn(beat + 0.1));
    a.hand[side] = {.curl = 0.03, .spread = 0.9, .twist = 70.0 + 20.0 * up};
    const double slow = SinTurn(0.5 * beat);
    a.arm_out[1 - side] += 4.0 * slow;
    a.lean_right = -direction * up * 4.0 + 2.0 * slow * direction;
    a.head_right = direction * up * (5.0 + 4.0 * slow);
    a.right = sway * slow;
    a.leg_out[0] -= 40.0 * sway * slow;
    a.leg_out[1] += 40.0 * sway * slow;
    Smile(0.35 * up * (0.5 + 0.5 * SinTurn(beat)), a);
    return a;
  };
  return {.at = at, .period = 2.0 / f};
}

ProceduralMotion MakeJumpingJack(SynthRandom& random) {
  const double f = random.Uniform(0.8, 1.15);
  const double reach = random.Uniform(120, 140);
  const double stride = random.Uniform(13, 20);
  const double height = random.Uniform(0.08, 0.16);
  const auto at = [=](double t) {
    JointAngles a = NeutralAngles();
    const double m = 0.5 * (1.0 - CosTurn(f * t));
    for (int side = 0; side < 2; ++side) {
      a.arm_out[side] += m * reach;
      a.elbow_out[side] += 16.0 * m;
      a.leg_out[side] += m * stride;
      a.hand[side] = {.curl = 0.05, .spread = 0.3 + 0.6 * m, .twist = 75.0};
    }
    a.lift = height * std::abs(SinTurn(f * t)) * std::abs(SinTurn(f * t));
    Smile(0.5 * m, a);
    return a;
  };
  return {.at = at, .period = 1.0 / f};
}

ProceduralMotion MakeSway(SynthRandom& random) {
  const double f = random.Uniform(0.5, 0.8);
  const double size = random.Uniform(0.7, 1.2) * random.Sign();
  const double arms = random.Uniform(50, 80);
  const auto at = [=](double t) {
    JointAngles a = NeutralAngles();
    const double s = size * SinTurn(f * t);
    const double late = size * (SinTurn(f * t - 0.12) + SinTurn(0.12));
    for (int side = 0; side < 2; ++side) {
      const double out = side == 0 ? 1.0 : -1.0;
      a.arm_out[side] += Ease(0.0, 0.8, t) * (arms + 34.0 * out * late);
      a.elbow_out[side] += Ease(0.0, 0.8, t) * (12.0 - 30.0 * out * late);
      a.leg_out[side] += 4.0 - 6.0 * out * s;
      a.hand[side] = kOpenHand;
    }
    a.lean_right = 9.0 * s;
    a.head_right = -8.0 * late;
    a.right = 0.14 * s;
    Smile(0.15, a);
    return a;
  };
  return {.at = at, .period = 1.0 / f};
}

// Arms up, out, bent and down in changing pairs, on the beat.
ProceduralMotion MakeDance(SynthRandom& random) {
  struct ArmPose {
    double out, elbow;
  };
  constexpr ArmPose kPoses[] = {{150, 10}, {128, 45},  {95, 4},   {88, 75},
                                {60, 95},  {40, -70},  {72, -95}, {118, -60},
                                {30, 60},  {160, -45}, {45, 5},   {105, 70}};
  constexpr size_t kBeats = 8;
  const double beats_per_second = random.Uniform(1.6, 2.2);
  std::array<std::array<ArmPose, kBeats>, 2> poses;
  for (size_t beat = 0; beat < kBeats; ++beat) {
    const size_t first = random.Index(std::size(kPoses));
    const size_t second =
        random.Chance(0.45) ? first : random.Index(std::size(kPoses));
    poses[0][beat] = kPoses[first];
    poses[1][beat] = kPoses[second];
  }
  const double sway = random.Uniform(0.06, 0.13) * random.Sign();
  const double lean = random.Uniform(4, 9);
  const double nod = random.Uniform(5, 11);
  const double hop = random.Uniform(0.0, 0.10);
  const double step = random.Uniform(3, 8);
  const auto at = [=](double t) {
    JointAngles a = NeutralAngles();
    const double beat = std::max(0.0, beats_per_second * t);
    const double whole = std::floor(beat);
    const double into = Ease(0.0, 0.88, beat - whole);
    const auto index = static_cast<size_t>(whole);
    const double s = SinTurn(0.5 * beat);
    for (size_t side = 0; side < 2; ++side) {
      const double out = side == 0 ? 1.0 : -1.0;
      const ArmPose rest = {a.arm_out[side], a.elbow_out[side]};
      const ArmPose from =
          index == 0 ? rest : poses[side][(index - 1) % kBeats];
      const ArmPose to = poses[side][index % kBeats];
      a.arm_out[side] = from.out + into * (to.out - from.out);
      a.elbow_out[side] = from.elbow + into * (to.elbow - from.elbow);
      a.leg_out[side] += 4.0 + step * (0.5 - 0.5 * CosTurn(0.25 * beat)) -
                         60.0 * sway * out * s;
      a.knee_out[side] = -2.0 - 5.0 * std::max(0.0, out * s);
      a.hand[side] = {.curl = 0.08, .spread = 0.8, .twist = 80.0};
    }
    a.right = sway * s;
    a.lean_right = lean * s;
    a.head_right = -nod * SinTurn(0.5 * beat - 0.1) - nod * SinTurn(0.1);
    a.lift = hop * std::pow(std::abs(SinTurn(0.5 * beat)), 1.5);
    Smile(0.3 + 0.3 * s, a);
    return a;
  };
  return {.at = at, .period = kBeats / beats_per_second};
}

// Every angle by itself, as sums of slow waves.
ProceduralMotion MakeRandom(SynthRandom& random) {
  struct Wander {
    double mean, low, high, phase_low, phase_high;
    double At(double base, double size, double turns) const {
      return base + mean +
             size * (low * SinTurn(turns + phase_low) +
                     high * SinTurn(2.0 * turns + phase_high));
    }
  };
  std::array<Wander, 11> waves;
  for (Wander& wave : waves) {
    wave = {random.Uniform(-0.5, 0.5), random.Uniform(0.3, 0.6),
            random.Uniform(0.2, 0.5), random.Uniform(0, 1),
            random.Uniform(0, 1)};
  }
  const double f = random.Uniform(0.25, 0.45);
  const auto at = [=](double t) {
    JointAngles a = NeutralAngles();
    const double u = f * t;
    const double in = Ease(0.0, 0.6, t);
    for (size_t side = 0; side < 2; ++side) {
      a.arm_out[side] += in * (waves[side].At(44.0, 62.0, u));
      a.elbow_out[side] += in * waves[2 + side].At(14.0, 75.0, u);
      a.leg_out[side] += in * waves[4 + side].At(4.0, 9.0, u);
      a.knee_out[side] += in * (waves[6 + side].At(-6.0, 7.0, u));
      a.hand[side] = kOpenHand;
    }
    a.lean_right = in * waves[8].At(0.0, 9.0, u);
    a.head_right = in * waves[9].At(0.0, 12.0, u);
    a.right = in * waves[10].At(0.0, 0.10, u) - 0.5 * in * waves[10].mean;
    return a;
  };
  return {.at = at, .period = 1.0 / f};
}

}  // namespace animate
