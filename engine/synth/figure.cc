#include "engine/synth/figure.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace animate {
namespace {

// Where the spine bends, from the hips to the shoulders.
constexpr double kWaist = 0.49;
constexpr double kToesOut = 16.0;  // degrees

constexpr double Radians(double degrees) { return degrees * M_PI / 180.0; }

// +1 is right.
constexpr double SignOf(int side) { return side == 0 ? 1.0 : -1.0; }

// A finger in lengths of the hand: where its first joint is (towards the
// fingers, towards the thumb), in which direction it points when spread,
// degrees towards the thumb, and the lengths of its three bones.
struct Finger {
  double along, across, splay;
  double bone[3];
};
constexpr Finger kFingers[] = {{0.16, 0.19, 42.0, {0.22, 0.18, 0.15}},
                               {0.53, 0.20, 10.0, {0.20, 0.13, 0.11}},
                               {0.56, 0.07, 2.0, {0.22, 0.14, 0.12}},
                               {0.54, -0.07, -6.0, {0.20, 0.13, 0.11}},
                               {0.48, -0.19, -15.0, {0.16, 0.11, 0.10}}};
constexpr double kBend[3] = {55.0, 80.0, 60.0};  // degrees, of a fist

void PlaceHand(const Proportions& body, const HandShape& shape, int side,
               Figure& figure) {
  const double s = SignOf(side);
  const JointFrame& wrist = figure.wrist[side];
  figure.hand[side][0] = wrist.position;
  size_t point = 1;
  for (const Finger& finger : kFingers) {
    const bool thumb = point == 1;
    Vector3 at{body.hand * finger.across, -body.hand * finger.along, 0.0};
    figure.hand[side][point++] = wrist.At(at);
    const double splay =
        Radians(thumb ? 20.0 + finger.splay * (1.0 - shape.curl) *
                                   (0.4 + 0.6 * shape.spread)
                      : finger.splay * shape.spread * 1.6);
    double bend = thumb ? Radians(-18.0) : Radians(4.0);
    for (int bone = 0; bone < 3; ++bone) {
      bend += shape.curl * Radians(kBend[bone]) * (thumb ? 0.45 : 1.0);
      const double length = body.hand * finger.bone[bone];
      // The palm of a hanging right hand looks to the left, -z.
      at = at + length * Vector3{std::cos(bend) * std::sin(splay),
                                 -std::cos(bend) * std::cos(splay),
                                 -s * std::sin(bend)};
      figure.hand[side][point++] = wrist.At(at);
    }
  }
}

void PlaceArm(const Proportions& body, const MotionFrame& frame, int side,
              Figure& figure) {
  const double s = SignOf(side);
  JointFrame& shoulder = figure.shoulder[side];
  shoulder.position = figure.chest.At({0.0, 0.0, s * body.shoulder_half_width});
  shoulder.rotation = figure.chest.rotation * frame.posture.shoulder[side];
  JointFrame& elbow = figure.elbow[side];
  elbow.position = shoulder.At({0.0, -body.upper_arm, 0.0});
  elbow.rotation = shoulder.rotation * frame.posture.elbow[side];
  JointFrame& wrist = figure.wrist[side];
  wrist.position = elbow.At({0.0, -body.forearm, 0.0});
  wrist.rotation = elbow.rotation * AboutY(s * Radians(frame.hand[side].twist));
  PlaceHand(body, frame.hand[side], side, figure);
}

void PlaceLeg(const Proportions& body, const MotionFrame& frame, int side,
              Figure& figure) {
  const double s = SignOf(side);
  JointFrame& hip = figure.hip[side];
  hip.position = figure.pelvis.At({0.0, 0.0, s * body.hip_half_width});
  hip.rotation = figure.pelvis.rotation * frame.posture.hip[side];
  JointFrame& knee = figure.knee[side];
  knee.position = hip.At({0.0, -body.thigh, 0.0});
  knee.rotation = hip.rotation * frame.posture.knee[side];
  JointFrame& ankle = figure.ankle[side];
  ankle.position = knee.At({0.0, -body.shin, 0.0});
  ankle.rotation = knee.rotation * frame.posture.ankle[side] *
                   AboutY(-s * Radians(kToesOut));
  const double sole = -0.72 * body.ankle_height;
  figure.heel[side] = ankle.At({-0.20 * body.foot, sole, 0.0});
  figure.big_toe[side] =
      ankle.At({0.74 * body.foot, sole, -s * 0.14 * body.foot});
  figure.small_toe[side] =
      ankle.At({0.60 * body.foot, sole, s * 0.22 * body.foot});
}

// Height of the lowest point of the body: soles, or whatever is lower.
double LowestPoint(const Proportions& body, const Figure& figure) {
  double lowest = figure.head.position.y - 0.5 * body.head_height;
  const auto include = [&](double y) { lowest = std::min(lowest, y); };
  const double sole = 0.28 * body.ankle_height;
  include(figure.pelvis.position.y - body.thigh_radius);
  for (int side = 0; side < 2; ++side) {
    include(figure.ankle[side].position.y - body.ankle_height);
    include(figure.big_toe[side].y - sole);
    include(figure.small_toe[side].y - sole);
    include(figure.heel[side].y - sole);
    include(figure.knee[side].position.y - body.knee_radius);
    include(figure.elbow[side].position.y - body.elbow_radius);
    for (const Vector3& point : figure.hand[side]) {
      include(point.y - 0.1 * body.hand);
    }
  }
  return lowest;
}

void Shift(const Vector3& by, Figure& figure) {
  const auto shift = [&](Vector3& position) { position = position + by; };
  for (JointFrame* joint : {&figure.pelvis, &figure.chest, &figure.head}) {
    shift(joint->position);
  }
  for (int side = 0; side < 2; ++side) {
    for (JointFrame* joint :
         {&figure.shoulder[side], &figure.elbow[side], &figure.wrist[side],
          &figure.hip[side], &figure.knee[side], &figure.ankle[side]}) {
      shift(joint->position);
    }
    for (Vector3& point : figure.hand[side]) shift(point);
    shift(figure.big_toe[side]);
    shift(figure.small_toe[side]);
    shift(figure.heel[side]);
  }
}

// The body with the middle of its hips at height 0.
Figure PlaceJoints(const Proportions& body, const MotionFrame& frame) {
  const Posture& posture = frame.posture;
  Figure figure;
  figure.face = frame.face;
  figure.pelvis = {{body.leg() * posture.root_position.x, 0.0,
                    body.leg() * posture.root_position.z},
                   posture.root};
  const JointFrame waist{figure.pelvis.At({0.0, kWaist * body.torso, 0.0}),
                         posture.root * posture.chest};
  figure.chest = {waist.At({0.0, (1.0 - kWaist) * body.torso, 0.0}),
                  waist.rotation};
  figure.head.rotation = figure.chest.rotation * posture.neck;
  const JointFrame neck{figure.chest.position, figure.head.rotation};
  figure.head.position = neck.At(
      {0.04 * body.head_height, body.neck + 0.5 * body.head_height, 0.0});
  for (int side = 0; side < 2; ++side) {
    PlaceArm(body, frame, side, figure);
    PlaceLeg(body, frame, side, figure);
  }
  return figure;
}

}  // namespace

Figure PlaceFigure(const Proportions& body, const MotionFrame& frame) {
  Figure figure = PlaceJoints(body, frame);
  const double height = body.leg() * frame.lift - LowestPoint(body, figure);
  Shift({0.0, height, 0.0}, figure);
  return figure;
}

double ReachBelowHips(const Proportions& body, const Posture& posture) {
  MotionFrame frame;
  frame.posture = posture;
  return -LowestPoint(body, PlaceJoints(body, frame));
}

Figure PlaceFigure(const Proportions& body, const CharacterMotion& motion,
                   double seconds) {
  constexpr double kLagSeconds = 0.10;
  constexpr double kMaxLag = 0.05;  // body heights
  Figure figure = PlaceFigure(body, motion.At(seconds));
  const Figure before = PlaceFigure(body, motion.At(seconds - kLagSeconds));
  const Vector3 lag = 0.5 * ((before.head.position - figure.head.position) +
                             (before.pelvis.position - figure.pelvis.position));
  const double length = std::sqrt(Dot(lag, lag));
  // Grows ever more slowly: no jerk at a limit.
  figure.lag = kMaxLag / (kMaxLag + length) * lag;
  return figure;
}

}  // namespace animate
