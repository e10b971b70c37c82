// Motions in space: limbs come towards the camera and turn away from it.
#include <algorithm>
#include <cmath>

#include "engine/synth/procedural_motion.h"
#include "engine/synth/wave_form.h"

namespace animate {
namespace {

constexpr HandShape kFist = {.curl = 0.95, .spread = 0.1, .twist = 40.0};
constexpr HandShape kLooseFist = {.curl = 0.6, .spread = 0.2, .twist = 20.0};

JointAngles Relaxed() {
  JointAngles a = NeutralAngles();
  for (int side = 0; side < 2; ++side) {
    a.arm_out[side] = 14.0;
    a.elbow_out[side] = 0.0;
    a.elbow[side] = 14.0;
    a.leg_out[side] = 4.0;
  }
  return a;
}

}  // namespace

ProceduralMotion MakeIdle(SynthRandom& random) {
  const double f = random.Uniform(0.22, 0.32);
  const double size = random.Uniform(0.7, 1.2);
  const double side = random.Sign();
  const auto at = [=](double t) {
    JointAngles a = NeutralAngles();
    const double s = side * size * SinTurn(f * t);
    const double breath = size * SinTurn(2.0 * f * t);
    a.right = 0.05 * s;
    a.leg_out[0] -= 2.6 * s;
    a.leg_out[1] += 2.6 * s;
    a.lean_right = -2.0 * s;
    a.head_turn = 16.0 * side * size * SinTurn(f * t - 0.1);
    a.head_down = 3.0 * breath;
    for (int arm = 0; arm < 2; ++arm) {
      a.arm_out[arm] += 3.0 * breath;
      a.elbow[arm] = 10.0 + 3.0 * breath;
    }
    return a;
  };
  return {
      .at = at, .period = 1.0 / f, .yaw_degrees = random.Uniform(-12.0, 12.0)};
}

ProceduralMotion MakeWalk(SynthRandom& random) {
  const double f = random.Uniform(0.85, 1.05);
  const double stride = random.Uniform(22.0, 28.0);
  const double swing = random.Uniform(20.0, 34.0);
  const double bounce = random.Uniform(0.8, 1.3);
  const auto at = [=](double t) {
    JointAngles a = Relaxed();
    for (int side = 0; side < 2; ++side) {
      const double phase = f * t + 0.5 * side + 0.25;
      a.leg_out[side] = 2.0;
      a.leg_forward[side] = 8.0 + stride * CosTurn(phase);
      a.knee[side] =
          6.0 + 14.0 * Bump(phase, 0.13, 0.08) + 58.0 * Bump(phase, 0.73, 0.11);
      a.heel[side] =
          32.0 * Bump(phase, 0.58, 0.09) - 14.0 * Bump(phase, 0.0, 0.07);
      a.arm_forward[side] = -swing * CosTurn(phase);
      a.elbow[side] = 18.0 + 14.0 * (1.0 - CosTurn(phase));
      a.hand[side] = {.curl = 0.3, .spread = 0.3, .twist = 25.0};
    }
    const double s = SinTurn(f * t + 0.25);
    a.pelvis_turn = 7.0 * CosTurn(f * t + 0.25);
    a.chest_turn = -8.0 * CosTurn(f * t + 0.25);
    a.right = 0.02 * s;
    a.lean_forward = 3.0;
    a.lean_right = 1.5 * s;
    a.head_down = -2.0 + 2.0 * bounce * CosTurn(2.0 * f * t);
    return a;
  };
  return {.at = at,
          .period = 1.0 / f,
          .yaw_degrees = random.Sign() * random.Uniform(30.0, 60.0)};
}

ProceduralMotion MakeRun(SynthRandom& random) {
  const double f = random.Uniform(1.25, 1.5);
  const double stride = random.Uniform(32.0, 40.0);
  const double flight = random.Uniform(0.08, 0.14);
  const auto at = [=](double t) {
    JointAngles a = Relaxed();
    for (int side = 0; side < 2; ++side) {
      const double phase = f * t + 0.5 * side + 0.25;
      a.leg_out[side] = 2.0;
      a.leg_forward[side] = 16.0 + stride * CosTurn(phase);
      a.knee[side] = 16.0 + 16.0 * Bump(phase, 0.15, 0.08) +
                     88.0 * Bump(phase, 0.70, 0.13);
      a.heel[side] = 42.0 * Bump(phase, 0.55, 0.12);
      a.arm_forward[side] = -6.0 - 42.0 * CosTurn(phase);
      a.arm_out[side] = 16.0;
      a.elbow[side] = 88.0 - 14.0 * CosTurn(phase);
      a.hand[side] = kLooseFist;
    }
    a.pelvis_turn = 9.0 * CosTurn(f * t + 0.25);
    a.chest_turn = -11.0 * CosTurn(f * t + 0.25);
    a.lean_forward = 9.0;
    a.head_down = -5.0;
    const double up = 0.5 - 0.5 * CosTurn(2.0 * (f * t + 0.25) + 0.38);
    a.lift = flight * up * up;
    a.face.mouth_open = 0.25;
    return a;
  };
  return {.at = at,
          .period = 1.0 / f,
          .yaw_degrees = random.Sign() * random.Uniform(35.0, 70.0)};
}

ProceduralMotion MakeJump(SynthRandom& random) {
  const double period = random.Uniform(1.3, 1.7);
  const double height = random.Uniform(0.35, 0.6);
  const auto at = [=](double t) {
    JointAngles a = NeutralAngles();
    const double u = Wrap(t / period);
    const double crouch = Plateau(0.02, 0.22, 0.24, 0.34, u) +
                          0.7 * Plateau(0.68, 0.76, 0.78, 0.98, u);
    const double air = std::clamp((u - 0.32) / (0.70 - 0.32), 0.0, 1.0);
    a.lift = height * 4.0 * air * (1.0 - air);
    const double up = Plateau(0.22, 0.50, 0.54, 0.82, u);
    for (int side = 0; side < 2; ++side) {
      a.leg_forward[side] = 42.0 * crouch + 10.0 * up;
      a.knee[side] = 84.0 * crouch + 24.0 * up;
      a.leg_out[side] += 5.0 * up;
      a.heel[side] = 36.0 * Plateau(0.28, 0.36, 0.62, 0.70, u);
      a.arm_forward[side] = -38.0 * crouch;
      a.arm_out[side] += 122.0 * up;
      a.elbow[side] = 10.0 + 12.0 * crouch;
      a.hand[side] = {.curl = 0.05, .spread = 0.3 + 0.7 * up, .twist = 70.0};
    }
    a.lean_forward = 18.0 * crouch;
    a.head_down = 8.0 * crouch - 8.0 * up;
    a.face.mouth_open = 0.8 * up;
    a.face.smile = 0.9;
    return a;
  };
  return {
      .at = at, .period = period, .yaw_degrees = random.Uniform(-30.0, 30.0)};
}

ProceduralMotion MakeKick(SynthRandom& random) {
  const double period = random.Uniform(1.3, 1.7);
  const int leg = random.Chance(0.5) ? 0 : 1;
  const double height = random.Uniform(75.0, 98.0);
  const auto at = [=](double t) {
    JointAngles a = Relaxed();
    const double u = Wrap(t / period);
    const double back = Plateau(0.0, 0.22, 0.24, 0.38, u);
    const double chamber = Plateau(0.22, 0.38, 0.46, 0.58, u) +
                           0.8 * Plateau(0.58, 0.68, 0.72, 0.92, u);
    const double out = Plateau(0.34, 0.48, 0.54, 0.70, u);
    const double raised = Plateau(0.24, 0.46, 0.58, 0.90, u);
    a.leg_forward[leg] = -24.0 * back + height * raised;
    a.knee[leg] = 6.0 + 40.0 * back + 80.0 * chamber * (1.0 - out);
    a.heel[leg] = 30.0 * back - 40.0 * raised;
    a.knee[1 - leg] = 12.0;
    a.leg_forward[1 - leg] = 6.0;
    a.lean_forward = 6.0 * back - 14.0 * raised;
    for (int side = 0; side < 2; ++side) {
      a.arm_out[side] = 30.0 + 18.0 * raised;
      a.arm_forward[side] = 24.0;
      a.elbow[side] = 96.0 - 20.0 * raised;
      a.hand[side] = kFist;
    }
    a.arm_forward[leg] -= 50.0 * raised;
    a.face = {.mouth_open = 0.7 * out, .smile = 0.1};
    return a;
  };
  return {.at = at,
          .period = period,
          .yaw_degrees = (leg == 0 ? -1.0 : 1.0) * random.Uniform(40.0, 65.0)};
}

ProceduralMotion MakeSquat(SynthRandom& random) {
  const double period = random.Uniform(1.6, 2.2);
  const double depth = random.Uniform(0.75, 1.0);
  const auto at = [=](double t) {
    JointAngles a = Relaxed();
    const double m = depth * (0.5 - 0.5 * CosTurn(t / period));
    for (int side = 0; side < 2; ++side) {
      a.leg_forward[side] = 88.0 * m;
      a.knee[side] = 108.0 * m;
      a.leg_out[side] = 8.0 + 9.0 * m;
      a.arm_forward[side] = 84.0 * m;
      a.arm_out[side] = 14.0 - 4.0 * m;
      a.elbow[side] = 12.0;
    }
    a.lean_forward = 30.0 * m;
    a.head_down = -18.0 * m;
    a.face = {.mouth_open = 0.2 * m, .smile = 0.4};
    return a;
  };
  return {.at = at,
          .period = period,
          .yaw_degrees = random.Sign() * random.Uniform(15.0, 50.0)};
}

ProceduralMotion MakeBox(SynthRandom& random) {
  const double f = random.Uniform(0.9, 1.3);
  const double reach = random.Uniform(0.85, 1.0);
  const auto at = [=](double t) {
    JointAngles a = Relaxed();
    const double turns = f * t;
    for (int side = 0; side < 2; ++side) {
      const double punch = reach * Bump(turns, 0.3 + 0.5 * side, 0.075);
      a.arm_out[side] = 16.0 - 6.0 * punch;
      a.arm_forward[side] = 34.0 + 52.0 * punch;
      a.elbow[side] = 122.0 - 112.0 * punch;
      a.arm_twist[side] = 12.0;
      a.hand[side] = kFist;
      a.chest_turn += (side == 0 ? 1.0 : -1.0) * 24.0 * punch;
      a.leg_out[side] = 9.0;
      a.leg_forward[side] = (side == 0 ? -8.0 : 14.0);
      a.knee[side] = 14.0 + 6.0 * SinTurn(2.0 * turns);
    }
    a.pelvis_turn = 0.4 * a.chest_turn;
    a.head_turn = -0.8 * a.chest_turn;
    a.lean_forward = 6.0;
    a.right = 0.03 * SinTurn(turns);
    a.face = {.mouth_open = 0.2, .smile = -0.2};
    return a;
  };
  return {
      .at = at, .period = 1.0 / f, .yaw_degrees = random.Uniform(-50.0, 20.0)};
}

ProceduralMotion MakeClap(SynthRandom& random) {
  const double f = random.Uniform(1.4, 2.0);
  const double high = random.Uniform(0.0, 34.0);
  const auto at = [=](double t) {
    JointAngles a = NeutralAngles();
    const double in = Ease(0.0, 0.4, t);
    const double open = 0.5 + 0.5 * CosTurn(f * t);
    for (int side = 0; side < 2; ++side) {
      a.arm_out[side] += in * (22.0 * open - 14.0);
      a.arm_forward[side] = in * (34.0 + high);
      a.elbow[side] = in * 84.0;
      a.elbow_out[side] = -6.0 * (1.0 - in);
      a.arm_twist[side] = in * (40.0 - 34.0 * open);
      a.hand[side] = {.curl = 0.05, .spread = 0.3, .twist = 70.0 - 70.0 * in};
      a.knee[side] = 6.0 * (1.0 - open);
      a.leg_forward[side] = 3.0 * (1.0 - open);
    }
    a.head_down = 4.0 * open - 2.0;
    a.face = {.mouth_open = 0.4, .smile = 1.0};
    return a;
  };
  return {
      .at = at, .period = 1.0 / f, .yaw_degrees = random.Uniform(-30.0, 30.0)};
}

ProceduralMotion MakeBow(SynthRandom& random) {
  const double period = random.Uniform(2.4, 3.0);
  const double depth = random.Uniform(34.0, 58.0);
  const int side = random.Chance(0.5) ? 0 : 1;
  const auto at = [=](double t) {
    JointAngles a = NeutralAngles();
    const double m = Plateau(0.05, 0.40, 0.58, 0.92, Wrap(t / period));
    a.lean_forward = depth * m;
    a.head_down = 20.0 * m;
    for (int leg = 0; leg < 2; ++leg) a.leg_forward[leg] = 6.0 * m;
    a.knee[0] = a.knee[1] = 8.0 * m;
    a.arm_forward[side] = 46.0 * m;
    a.elbow[side] = 80.0 * m;
    a.arm_twist[side] = 55.0 * m;
    a.arm_out[1 - side] += 20.0 * m;
    a.arm_forward[1 - side] = -16.0 * m;
    a.face = {.blink = std::clamp(3.0 * m - 1.8, 0.0, 1.0), .smile = 0.5};
    return a;
  };
  return {.at = at,
          .period = period,
          .yaw_degrees = random.Sign() * random.Uniform(20.0, 55.0)};
}

ProceduralMotion MakeTurn(SynthRandom& random) {
  const double period = random.Uniform(2.4, 3.4);
  const double direction = random.Sign();
  const auto at = [=](double t) {
    JointAngles a = NeutralAngles();
    const double phase = t / period;
    a.turn = direction * 360.0 * Wrap(phase);
    for (int side = 0; side < 2; ++side) {
      const double step = std::max(0.0, SinTurn(3.0 * phase + 0.5 * side));
      a.leg_forward[side] = 14.0 * step;
      a.knee[side] = 30.0 * step;
      a.heel[side] = 10.0 * step;
      a.arm_out[side] += 10.0;
      a.elbow[side] = 12.0;
    }
    a.head_turn = direction * 10.0;
    return a;
  };
  return {.at = at, .period = period};
}

}  // namespace animate
