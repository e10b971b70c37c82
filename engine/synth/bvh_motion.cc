#include "engine/synth/bvh_motion.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "engine/base/status_macros.h"
#include "engine/pose/bvh.h"
#include "engine/pose/bvh_poses.h"

namespace animate {
namespace {

constexpr Vector3 kDown = {0.0, -1.0, 0.0};

double Norm(const Vector3& v) { return std::sqrt(Dot(v, v)); }

Vector3 Direction(const Vector3& v) {
  const double length = Norm(v);
  return length > 0.0 ? 1.0 / length * v : kDown;
}

// The shortest turn of unit vector `from` to unit vector `to`.
Rotation TurnBetween(const Vector3& from, const Vector3& to) {
  const double w = 1.0 + Dot(from, to);
  if (w < 1e-9) {  // opposite: about any axis across
    const Vector3 axis = std::abs(from.x) < 0.9 ? Vector3{1.0, 0.0, 0.0}
                                                : Vector3{0.0, 1.0, 0.0};
    const Vector3 across = Direction(Cross(from, axis));
    return {0.0, across.x, across.y, across.z};
  }
  const Vector3 axis = Cross(from, to);
  return Normalized({w, axis.x, axis.y, axis.z});
}

// The turn that brings y to `up` and z as near to `right` as that allows.
Rotation FrameOf(const Vector3& up, const Vector3& right) {
  const Rotation tilt = TurnBetween({0.0, 1.0, 0.0}, Direction(up));
  const Vector3 wanted = Rotate(Inverse(tilt), right);
  return tilt * AboutY(std::atan2(wanted.x, wanted.z));
}

// The turn in `parent`'s frame of a bone that hangs when nothing is turned.
Rotation BoneTurn(const Rotation& parent, const Vector3& from,
                  const Vector3& to) {
  return TurnBetween(kDown, Rotate(Inverse(parent), Direction(to - from)));
}

struct SideJoints {
  BodyJoint shoulder, elbow, wrist, hip, knee, ankle;
};
constexpr SideJoints kSideJoints[] = {
    {kRightShoulder, kRightElbow, kRightWrist, kRightHip, kRightKnee,
     kRightAnkle},
    {kLeftShoulder, kLeftElbow, kLeftWrist, kLeftHip, kLeftKnee, kLeftAnkle}};

MotionFrame FrameOfBody(const BvhBody& body) {
  const auto at = [&](BodyJoint joint) { return body.joint[joint]; };
  MotionFrame frame;
  Posture& posture = frame.posture;
  const Vector3 middle = 0.5 * (at(kRightHip) + at(kLeftHip));
  const Vector3 spine = at(kNeck) - middle;
  posture.root = FrameOf(spine, at(kRightHip) - at(kLeftHip));
  const Rotation chest = FrameOf(spine, at(kRightShoulder) - at(kLeftShoulder));
  posture.chest = Inverse(posture.root) * chest;
  const Vector3 head_up = body.head_up;
  const Vector3 head_right = Cross(body.head_front, head_up);
  posture.neck = Inverse(chest) * FrameOf(head_up, head_right);
  for (size_t side = 0; side < 2; ++side) {
    const SideJoints& j = kSideJoints[side];
    posture.shoulder[side] = BoneTurn(chest, at(j.shoulder), at(j.elbow));
    const Rotation arm = chest * posture.shoulder[side];
    posture.elbow[side] = BoneTurn(arm, at(j.elbow), at(j.wrist));
    posture.hip[side] = BoneTurn(posture.root, at(j.hip), at(j.knee));
    const Rotation thigh = posture.root * posture.hip[side];
    posture.knee[side] = BoneTurn(thigh, at(j.knee), at(j.ankle));
    const Rotation shin = thigh * posture.knee[side];
    if (body.toe[side].has_value()) {
      // Toes are below and ahead of the ankle.
      const Vector3 toe = *body.toe[side] - at(j.ankle);
      const Vector3 rest = Direction({0.9, -0.45, 0.0});
      posture.ankle[side] =
          TurnBetween(rest, Rotate(Inverse(shin), Direction(toe)));
    } else {
      const Vector3 ahead = Rotate(posture.root, {1.0, 0.0, 0.0});
      posture.ankle[side] =
          Inverse(shin) * AboutY(std::atan2(-ahead.z, ahead.x));
    }
    frame.hand[side] = {.curl = 0.3, .spread = 0.35, .twist = 30.0};
  }
  return frame;
}

// Height of the lowest of soles, knees and fingers, which are as far from
// their joints as most people's.
double LowestHeight(const BvhBody& body, double leg) {
  double lowest = std::numeric_limits<double>::infinity();
  for (const SideJoints& j : kSideJoints) {
    lowest = std::min({lowest, body.joint[j.ankle].y - 0.09 * leg,
                       body.joint[j.knee].y - 0.06 * leg,
                       body.joint[j.wrist].y - 0.10 * leg});
  }
  return lowest;
}

double LegLength(const BvhBody& body) {
  const auto at = [&](BodyJoint joint) { return body.joint[joint]; };
  return std::max(1e-9, Norm(at(kRightKnee) - at(kRightHip)) +
                            Norm(at(kRightAnkle) - at(kRightKnee)));
}

}  // namespace

absl::StatusOr<BvhMotion> BvhMotion::Parse(absl::string_view text) {
  ANIMATE_ASSIGN_OR_RETURN(const BvhClip clip, ParseBvh(text));
  ANIMATE_ASSIGN_OR_RETURN(const std::vector<BvhBody> bodies,
                           PlaceBvhBodies(clip));
  BvhMotion motion;
  motion.frame_time_ = clip.frame_time;
  const auto count = static_cast<double>(bodies.size());
  motion.duration_ = count * clip.frame_time;
  const double leg = LegLength(bodies.front());
  std::vector<double> heights;
  heights.reserve(bodies.size());
  for (const BvhBody& body : bodies) {
    heights.push_back(LowestHeight(body, leg));
  }
  // The ground is where the feet mostly are; a single low frame is noise.
  const auto low =
      heights.begin() + static_cast<ptrdiff_t>(heights.size() / 10);
  std::nth_element(heights.begin(), low, heights.end());
  const double ground = *low + 0.05 * leg;
  const auto place = [](const BvhBody& body) {
    return 0.5 * (body.joint[kRightHip] + body.joint[kLeftHip]);
  };
  const Vector3 first = place(bodies.front());
  const Vector3 travel = place(bodies.back()) - first;
  for (size_t i = 0; i < bodies.size(); ++i) {
    MotionFrame frame = FrameOfBody(bodies[i]);
    const double gone = static_cast<double>(i) / std::max(1.0, count - 1.0);
    frame.posture.root_position =
        1.0 / leg * (place(bodies[i]) - first - gone * travel);
    frame.lift = std::max(0.0, LowestHeight(bodies[i], leg) - ground) / leg;
    motion.frames_.push_back(frame);
  }
  return motion;
}

MotionFrame BvhMotion::At(double seconds) const {
  const auto last = static_cast<double>(frames_.size() - 1);
  const double index = std::clamp(seconds / frame_time_, 0.0, last);
  return frames_[static_cast<size_t>(std::nearbyint(index))];
}

}  // namespace animate
