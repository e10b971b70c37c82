#include "tools/mocap/humanoid.h"

namespace animate {
namespace {

// Bones: offsets from the parent's joint in the parent's frame, metres.
constexpr Vector3 kChest = {0.0, 0.236, 0.0};
constexpr Vector3 kNeckBase = {0.0, 0.224, 0.0};
constexpr Vector3 kHead = {0.0, 0.175, 0.0};
constexpr Vector3 kKnee = {0.0, -0.422, 0.0};
constexpr Vector3 kAnkle = {0.0, -0.410, 0.0};
constexpr Vector3 kElbow = {0.0, -0.275, 0.0};
constexpr Vector3 kWrist = {0.0, -0.259, 0.0};

// Sides: +1 is right.
constexpr Vector3 Hip(double side) { return {0.0, 0.0, 0.085 * side}; }
constexpr Vector3 Shoulder(double side) {
  return {-0.024, 0.244, 0.183 * side};
}

// Points of the face relative to the centre of the head.
constexpr Vector3 kNosePoint = {0.105, -0.020, 0.0};
constexpr Vector3 Eye(double side) { return {0.085, 0.025, 0.034 * side}; }
constexpr Vector3 Ear(double side) { return {0.0, 0.005, 0.078 * side}; }

// Where they can be seen from. An ear still shows from straight ahead.
constexpr Vector3 kNoseFacing = {1.0, 0.0, 0.0};
constexpr Vector3 EyeFacing(double side) { return {0.9, 0.0, 0.4 * side}; }
constexpr Vector3 EarFacing(double side) { return {0.35, 0.0, 0.9 * side}; }

// The joints of one side; the arrays of Posture hold the right one first.
struct Side {
  int index;
  double sign;
  BodyJoint shoulder, elbow, wrist, hip, knee, ankle, eye, ear;
};
constexpr Side kSides[] = {
    {0, +1.0, kRightShoulder, kRightElbow, kRightWrist, kRightHip, kRightKnee,
     kRightAnkle, kRightEye, kRightEar},
    {1, -1.0, kLeftShoulder, kLeftElbow, kLeftWrist, kLeftHip, kLeftKnee,
     kLeftAnkle, kLeftEye, kLeftEar}};

// A joint: where it is and how its frame is turned in space.
struct Frame {
  Vector3 position;
  Rotation rotation;

  // Returns the joint at the end of a bone, turned by `local`.
  Frame Child(const Vector3& bone, const Rotation& local) const {
    return {At(bone), rotation * local};
  }
  Vector3 At(const Vector3& offset) const {
    return position + Rotate(rotation, offset);
  }
};

}  // namespace

SpatialPose PlaceHumanoid(const Posture& posture) {
  SpatialPose pose;
  const Frame root{posture.root_position, posture.root};
  const Frame chest = root.Child(kChest, posture.chest);
  const Frame neck = chest.Child(kNeckBase, posture.neck);
  const Frame head{neck.At(kHead), neck.rotation};
  for (const Side& side : kSides) {
    const Frame shoulder =
        chest.Child(Shoulder(side.sign), posture.shoulder[side.index]);
    const Frame elbow = shoulder.Child(kElbow, posture.elbow[side.index]);
    const Frame hip = root.Child(Hip(side.sign), posture.hip[side.index]);
    const Frame knee = hip.Child(kKnee, posture.knee[side.index]);
    pose.position[side.shoulder] = shoulder.position;
    pose.position[side.elbow] = elbow.position;
    pose.position[side.wrist] = elbow.At(kWrist);
    pose.position[side.hip] = hip.position;
    pose.position[side.knee] = knee.position;
    pose.position[side.ankle] = knee.At(kAnkle);
    pose.position[side.eye] = head.At(Eye(side.sign));
    pose.position[side.ear] = head.At(Ear(side.sign));
    pose.facing[side.eye] = Rotate(head.rotation, EyeFacing(side.sign));
    pose.facing[side.ear] = Rotate(head.rotation, EarFacing(side.sign));
  }
  pose.position[kNose] = head.At(kNosePoint);
  pose.facing[kNose] = Rotate(head.rotation, kNoseFacing);
  // OpenPose's neck is halfway between the shoulders.
  pose.position[kNeck] =
      0.5 * (pose.position[kRightShoulder] + pose.position[kLeftShoulder]);
  return pose;
}

}  // namespace animate
