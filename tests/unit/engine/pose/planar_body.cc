#include "tests/unit/engine/pose/planar_body.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/pose/body_bones.h"

namespace animate {
namespace {

constexpr double kConfidence = 0.9;

Point Direction(double angle) { return {std::sin(angle), std::cos(angle)}; }

Keypoint Seen(Point at) { return {at.x, at.y, kConfidence}; }

// An axis and what is to its right in the picture.
struct Axes {
  Point along;
  Point right;
};
Axes AxesOf(double angle) {
  const Point along = Direction(angle);
  return {along, {along.y, -along.x}};
}

void PlaceHead(const PlanarBody& body, const PlanarPose& pose, Point neck,
               PersonPose& person) {
  const Axes axes = AxesOf(pose.torso + pose.head);
  const Point nose = neck - body.neck * axes.along;
  const auto at = [&](double right, double up) {
    return Seen(nose + body.head * (right * axes.right - up * axes.along));
  };
  person.body[kNose] = Seen(nose);
  person.body[kRightEye] = at(-0.2, 0.2);
  person.body[kLeftEye] = at(0.2, 0.2);
  person.body[kRightEar] = at(-0.5, 0.1);
  person.body[kLeftEar] = at(0.5, 0.1);
  // The jaw from ear to ear, the rest on an oval inside, as 68 points lie.
  constexpr size_t kJaw = 17;
  constexpr size_t kTopOfNose = 27;
  for (size_t i = 0; i < kNumFacePoints; ++i) {
    const auto n = static_cast<double>(i);
    const double turn = i < kJaw ? M_PI * n / 16.0 : 0.37 * n;
    const double size = i < kJaw ? 1.0 : 0.7;
    person.face[i] =
        at(-0.45 * size * std::cos(turn), -0.5 * size * std::sin(turn));
  }
  person.face[kTopOfNose] = at(0.0, 0.2);
}

void PlaceHand(Point wrist, double angle, double size,
               std::array<Keypoint, kNumHandPoints>& hand) {
  hand[0] = Seen(wrist);
  for (size_t i = 1; i < kNumHandPoints; ++i) {
    const auto finger = static_cast<double>((i - 1) / 4);
    const auto joint = static_cast<double>((i - 1) % 4);
    const double spread = angle + 0.25 * (finger - 2.0);
    hand[i] = Seen(wrist + (size * (1.0 + 0.3 * joint)) * Direction(spread));
  }
}

}  // namespace

PlanarBody TallBody() {
  return {.torso = 200,
          .shoulder = 70,
          .pelvis = 38,
          .neck = 75,
          .head = 60,
          .upper_arm = 115,
          .forearm = 105,
          .hand = 30,
          .thigh = 165,
          .shin = 160,
          .foot = 40};
}

PlanarBody ChibiBody() {
  return {.torso = 120,
          .shoulder = 45,
          .pelvis = 30,
          .neck = 95,
          .head = 110,
          .upper_arm = 50,
          .forearm = 42,
          .hand = 16,
          .thigh = 62,
          .shin = 55,
          .foot = 25};
}

PlanarBody Scaled(PlanarBody body, double factor) {
  for (double* length : {&body.torso, &body.shoulder, &body.pelvis, &body.neck,
                         &body.head, &body.upper_arm, &body.forearm, &body.hand,
                         &body.thigh, &body.shin, &body.foot}) {
    *length *= factor;
  }
  return body;
}

PersonPose PlacePlanar(const PlanarBody& body, const PlanarPose& pose,
                       const Stage& stage) {
  // The character faces us: its right side is on the left of the picture.
  constexpr double kSigns[2] = {-1.0, 1.0};
  constexpr size_t kShoulders[2] = {kRightShoulder, kLeftShoulder};
  constexpr size_t kHips[2] = {kRightHip, kLeftHip};
  PersonPose person;
  const Axes torso = AxesOf(pose.torso);
  const Point neck = -body.torso * torso.along;
  person.body[kNeck] = Seen(neck);
  PlaceHead(body, pose, neck, person);
  for (size_t side = 0; side < 2; ++side) {
    const Point shoulder = neck + (kSigns[side] * body.shoulder) * torso.right;
    const Point elbow =
        shoulder + body.upper_arm * Direction(pose.upper_arm[side]);
    const Point wrist = elbow + body.forearm * Direction(pose.forearm[side]);
    const Point hip = (kSigns[side] * body.pelvis) * torso.right;
    const Point knee = hip + body.thigh * Direction(pose.thigh[side]);
    const Point ankle = knee + body.shin * Direction(pose.shin[side]);
    const Point joints[] = {shoulder, elbow, wrist, hip, knee, ankle};
    for (size_t i = 0; i < 3; ++i) {
      person.body[kShoulders[side] + i] = Seen(joints[i]);
      person.body[kHips[side] + i] = Seen(joints[i + 3]);
    }
    PlaceHand(wrist, pose.forearm[side], body.hand,
              side == 0 ? person.right_hand : person.left_hand);
    const size_t toe = side == 0 ? 3 : 0;
    const Point forward = {kSigns[side] * 0.6, 0.8};
    person.feet[toe] = Seen(ankle + body.foot * forward);
    person.feet[toe + 1] =
        Seen(ankle + (0.8 * body.foot) * Point{kSigns[side], 0.5});
    person.feet[toe + 2] = Seen(ankle + (0.2 * body.foot) * Point{0.0, 1.0});
  }
  const double lower =
      std::max(person.body[kRightAnkle].y, person.body[kLeftAnkle].y);
  return Moved(person, 1.0, stage.x + pose.hips_x * body.leg(),
               stage.ground - pose.jump * body.leg() - lower);
}

PlanarPose DancePose(int frame) {
  const double t = frame / 24.0;
  const auto swing = [&](double amount, double hz) {
    return amount * std::sin(2.0 * M_PI * hz * t);
  };
  const double squat = 0.25 * (1.0 - std::cos(2.0 * M_PI * 0.7 * t));
  PlanarPose pose;
  pose.torso = swing(0.15, 0.5);
  pose.head = swing(0.2, 0.8);
  pose.upper_arm = {-0.2 - std::abs(swing(1.5, 0.6)), 0.2 + swing(1.1, 1.0)};
  pose.forearm = {-0.1 + swing(1.4, 0.9), 0.1 + swing(1.6, 0.5)};
  pose.thigh = {-0.05 - squat, 0.05 + squat + swing(0.2, 0.4)};
  pose.shin = {-0.05 + squat, 0.05 - 0.5 * squat};
  pose.hips_x = swing(0.3, 0.35);
  pose.jump = std::max(0.0, swing(0.4, 0.55) - 0.15);
  return pose;
}

PoseSequence Dance(const PlanarBody& body, const Stage& stage, int frames) {
  PoseSequence sequence{.width = 1024, .height = 1024, .fps = 24.0};
  for (int frame = 0; frame < frames; ++frame) {
    sequence.frames.push_back(PlacePlanar(body, DancePose(frame), stage));
  }
  return sequence;
}

ReferencePose Standing(const PlanarBody& body, const Stage& stage) {
  return {.width = 512,
          .height = 768,
          .person = PlacePlanar(body, DancePose(0), stage)};
}

RatioClamps NoClamps() {
  return {.limb = 1e6,
          .width = 1e6,
          .neck = 1e6,
          .head = 1e6,
          .hand = 1e6,
          .foot = 1e6};
}

double LargestDifference(const PersonPose& a, const PersonPose& b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double largest = 0.0;
  for (size_t i = 0; i < kNumKeypoints; ++i) {
    const Keypoint& p = KeypointAt(a, i);
    const Keypoint& q = KeypointAt(b, i);
    if ((p.confidence > 0.0) != (q.confidence > 0.0)) return kInfinity;
    if (p.confidence <= 0.0) continue;
    const double difference = Distance(PointOf(p), PointOf(q));
    if (!std::isfinite(difference)) return kInfinity;
    largest = std::max(largest, difference);
  }
  return largest;
}

double LargestDifference(const PoseSequence& a, const PoseSequence& b) {
  if (a.frames.size() != b.frames.size()) {
    return std::numeric_limits<double>::infinity();
  }
  double largest = 0.0;
  for (size_t t = 0; t < a.frames.size(); ++t) {
    largest = std::max(largest, LargestDifference(a.frames[t], b.frames[t]));
  }
  return largest;
}

PersonPose Moved(PersonPose person, double factor, double dx, double dy) {
  ForEachKeypoint(person, [&](Keypoint& point) {
    if (point.confidence <= 0.0) return;
    point.x = factor * point.x + dx;
    point.y = factor * point.y + dy;
  });
  return person;
}

uint64_t TestRandom::Next() {
  // SplitMix64.
  uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

double TestRandom::Uniform() {
  return static_cast<double>(Next() >> 11) * 0x1p-53;
}

double TestRandom::Normal() {
  double sum = -6.0;
  for (int i = 0; i < 12; ++i) sum += Uniform();
  return sum;
}

}  // namespace animate
