#include "engine/pose/bvh_poses.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/base/status_macros.h"
#include "engine/pose/pose_error.h"

namespace animate {
namespace {

// Parts of a rig by the names rigs give them, best first; `%` is the side
// (left, right, l, r), before or after the rest. Which bone a name means
// depends on its neighbours: a LeftShoulder is the collar bone where there is a
// LeftArm.
struct SidedNames {
  BodyJoint right;
  BodyJoint left;
  std::vector<absl::string_view> names;
};

const std::vector<SidedNames>& BodyNames() {
  static const auto& table = *new std::vector<SidedNames>{
      {kRightShoulder,
       kLeftShoulder,
       {"arm", "upperarm", "uparm", "shldr", "shldrbend", "humerus",
        "shoulder"}},
      {kRightElbow,
       kLeftElbow,
       {"forearm", "lowerarm", "lowarm", "forearmbend", "radius", "elbow"}},
      {kRightWrist, kLeftWrist, {"hand", "wrist"}},
      {kRightHip,
       kLeftHip,
       {"upleg", "thigh", "upperleg", "thighbend", "femur", "hip"}},
      {kRightKnee,
       kLeftKnee,
       {"lowerleg", "lowleg", "shin", "calf", "tibia", "knee", "leg"}},
      {kRightAnkle, kLeftAnkle, {"foot", "ankle"}},
  };
  return table;
}

// "mixamorig:LeftUpLeg" and "Bip01 L Thigh" become "leftupleg" and "lthigh".
std::string SimpleName(absl::string_view name) {
  const size_t colon = name.rfind(':');
  if (colon != absl::string_view::npos) name.remove_prefix(colon + 1);
  std::string simple;
  for (const char c : name) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      simple.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
    }
  }
  absl::string_view rest = simple;
  for (const absl::string_view prefix :
       {"mixamorig", "bip001", "bip01", "valvebiped"}) {
    if (rest.size() > prefix.size()) absl::ConsumePrefix(&rest, prefix);
  }
  return std::string(rest);
}

// Returns the joint called one of `names`, the first of which counts most.
std::optional<size_t> Find(const std::vector<std::string>& joints,
                           const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found = std::find(joints.begin(), joints.end(), name);
    if (found != joints.end()) {
      return static_cast<size_t>(found - joints.begin());
    }
  }
  return std::nullopt;
}

std::vector<std::string> WithSide(const std::vector<absl::string_view>& names,
                                  absl::string_view side) {
  const absl::string_view letter = side.substr(0, 1);
  std::vector<std::string> sided;
  for (const absl::string_view name : names) {
    for (const absl::string_view word : {side, letter}) {
      sided.push_back(absl::StrCat(word, name));
      sided.push_back(absl::StrCat(name, word));
    }
  }
  return sided;
}

// Where the keypoints sit on a rig.
struct Rig {
  std::array<size_t, kNumBodyJoints> body{};  // shoulders to ankles
  std::optional<size_t> toe[2];               // right, left
  size_t head = 0;
  double head_height = 0.0;
  // Axes of the rest pose.
  Vector3 up, left, front;
};

// A clip's axis that points most along `direction`, with its sign.
Vector3 NearestAxis(const Vector3& direction) {
  const double x = std::abs(direction.x);
  const double y = std::abs(direction.y);
  const double z = std::abs(direction.z);
  if (y >= x && y >= z) return {0.0, direction.y < 0.0 ? -1.0 : 1.0, 0.0};
  if (z >= x) return {0.0, 0.0, direction.z < 0.0 ? -1.0 : 1.0};
  return {direction.x < 0.0 ? -1.0 : 1.0, 0.0, 0.0};
}

absl::Status FindJoints(const BvhClip& clip, Rig& rig) {
  std::vector<std::string> joints;
  std::string listed;
  for (const BvhClip::Joint& joint : clip.joints) {
    joints.push_back(SimpleName(joint.name));
    if (joint.name != "End Site" && listed.size() < 1000) {
      absl::StrAppend(&listed, listed.empty() ? "" : ", ", joint.name);
    }
  }
  for (const SidedNames& part : BodyNames()) {
    for (const bool left : {false, true}) {
      const auto found =
          Find(joints, WithSide(part.names, left ? "left" : "right"));
      if (!found.has_value()) {
        return PoseError(absl::StrCat("no joint of the BVH file is known as a ",
                                      left ? "left " : "right ",
                                      part.names.back(), "; it has ", listed));
      }
      rig.body[left ? part.left : part.right] = *found;
    }
  }
  const std::vector<absl::string_view> toes = {"toebase", "toe", "toes", "ball",
                                               "toe0"};
  rig.toe[0] = Find(joints, WithSide(toes, "right"));
  rig.toe[1] = Find(joints, WithSide(toes, "left"));
  const auto head = Find(joints, {"head", "neck1", "neck"});
  if (!head.has_value()) {
    return PoseError(absl::StrCat(
        "no joint of the BVH file is known as the head; it has ", listed));
  }
  rig.head = *head;
  return absl::OkStatus();
}

absl::StatusOr<Rig> FindRig(const BvhClip& clip) {
  Rig rig;
  ANIMATE_RETURN_IF_ERROR(FindJoints(clip, rig));
  const std::vector<BvhClip::Placement> rest = clip.RestPose();
  const auto at = [&](BodyJoint joint) {
    return rest[rig.body[joint]].position;
  };
  const Vector3 hips = 0.5 * (at(kRightHip) + at(kLeftHip));
  const Vector3& head = rest[rig.head].position;
  rig.up = NearestAxis(head - hips);
  const Vector3 across = at(kLeftShoulder) - at(kRightShoulder);
  rig.left = Unit(across - Dot(across, rig.up) * rig.up);
  rig.front = Cross(rig.left, rig.up);
  // Heads are about a third of the way from hips to head joint.
  rig.head_height = Length(head - hips) / 3.0;
  if (!(rig.head_height > 0.0) || Length(rig.front) < 0.5) {
    return PoseError("the rest pose of the BVH file is not a person's");
  }
  return rig;
}

// A point of the head relative to its joint at the base of the skull, and the
// direction from which it can be seen, in heights of the head: up, to the left
// and to the front.
struct HeadPoint {
  BodyJoint joint;
  double up, left, front;
  double facing_left, facing_front;
};
constexpr HeadPoint kHeadPoints[] = {{kNose, 0.41, 0.0, 0.46, 0.0, 1.0},
                                     {kRightEye, 0.61, -0.15, 0.37, -0.4, 0.9},
                                     {kLeftEye, 0.61, 0.15, 0.37, 0.4, 0.9},
                                     {kRightEar, 0.52, -0.34, 0.0, -0.9, 0.35},
                                     {kLeftEar, 0.52, 0.34, 0.0, 0.9, 0.35}};

// The picture's axes in the clip's space.
struct PictureAxes {
  Vector3 right, up, toward_camera;
};

PictureAxes FaceCamera(const BvhClip& clip, const Rig& rig, double degrees) {
  const std::vector<BvhClip::Placement> first = clip.PlaceJoints(0);
  Vector3 left = first[rig.body[kLeftShoulder]].position -
                 first[rig.body[kRightShoulder]].position;
  left = left - Dot(left, rig.up) * rig.up;
  left = Length(left) > 0.0 ? Unit(left) : rig.left;
  const Vector3 front = Cross(left, rig.up);
  const double c = std::cos(degrees * M_PI / 180.0);
  const double s = std::sin(degrees * M_PI / 180.0);
  // At 0 the character's left is on the picture's right.
  return {.right = c * left - s * front,
          .up = rig.up,
          .toward_camera = c * front + s * left};
}

struct Projector {
  PictureAxes axes;

  Keypoint operator()(const Vector3& at, bool seen = true) const {
    return {.x = Dot(at, axes.right),
            .y = -Dot(at, axes.up),
            .confidence = seen ? 1.0 : 0.0};
  }
};

// One frame in the clip's unit, y down.
PersonPose ProjectFrame(const std::vector<BvhClip::Placement>& joints,
                        const Rig& rig, const Projector& project) {
  PersonPose person;
  for (size_t i = kRightShoulder; i <= kLeftAnkle; ++i) {
    person.body[i] = project(joints[rig.body[i]].position);
  }
  person.body[kNeck] =
      project(0.5 * (joints[rig.body[kRightShoulder]].position +
                     joints[rig.body[kLeftShoulder]].position));
  const BvhClip::Placement& head = joints[rig.head];
  const Vector3 up = rig.head_height * Rotate(head.rotation, rig.up);
  const Vector3 left = rig.head_height * Rotate(head.rotation, rig.left);
  const Vector3 front = rig.head_height * Rotate(head.rotation, rig.front);
  for (const HeadPoint& point : kHeadPoints) {
    const Vector3 at =
        head.position + point.up * up + point.left * left + point.front * front;
    const Vector3 facing =
        point.facing_left * left + point.facing_front * front;
    person.body[point.joint] =
        project(at, Dot(facing, project.axes.toward_camera) > 0.0);
  }
  constexpr size_t kRightBigToe = 3;
  constexpr size_t kLeftBigToe = 0;
  if (rig.toe[0].has_value()) {
    person.feet[kRightBigToe] = project(joints[*rig.toe[0]].position);
  }
  if (rig.toe[1].has_value()) {
    person.feet[kLeftBigToe] = project(joints[*rig.toe[1]].position);
  }
  return person;
}

// Moves and scales the sequence into the picture.
void FitIntoPicture(const BvhCamera& camera, double head_room,
                    PoseSequence& sequence) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double left = kInfinity, right = -kInfinity;
  double top = kInfinity, bottom = -kInfinity;
  for (const PersonPose& person : sequence.frames) {
    ForEachKeypoint(person, [&](const Keypoint& point) {
      if (point.confidence <= 0.0) return;
      left = std::min(left, point.x);
      right = std::max(right, point.x);
      top = std::min(top, point.y - head_room);
      bottom = std::max(bottom, point.y);
    });
  }
  const double usable = 1.0 - 2.0 * camera.margin;
  const double scale = std::min(camera.width * usable / (right - left),
                                camera.height * usable / (bottom - top));
  for (PersonPose& person : sequence.frames) {
    ForEachKeypoint(person, [&](Keypoint& point) {
      if (point.confidence <= 0.0) {
        point = {};
        return;
      }
      point.x = camera.width / 2.0 + (point.x - (left + right) / 2.0) * scale;
      point.y =
          camera.height * (1.0 - camera.margin) + (point.y - bottom) * scale;
    });
  }
}

}  // namespace

absl::StatusOr<PoseSequence> ProjectBvh(const BvhClip& clip,
                                        const BvhCamera& camera) {
  ANIMATE_RETURN_IF_ERROR(CheckCanvas(camera.width, camera.height));
  if (!(camera.margin >= 0.0 && camera.margin <= 0.4) ||
      !std::isfinite(camera.yaw_degrees)) {
    return PoseError("margin must be 0 to 0.4 and yaw finite");
  }
  ANIMATE_ASSIGN_OR_RETURN(const Rig rig, FindRig(clip));
  const double clip_fps = 1.0 / clip.frame_time;
  const double fps =
      camera.fps > 0.0 && camera.fps < clip_fps ? camera.fps : clip_fps;
  PoseSequence sequence{
      .width = camera.width, .height = camera.height, .fps = fps};
  const Projector project{FaceCamera(clip, rig, camera.yaw_degrees)};
  for (size_t i = 0; i <= kMaxPoseFrames; ++i) {
    const double frame =
        std::nearbyint(static_cast<double>(i) * clip_fps / fps);
    if (frame >= static_cast<double>(clip.frame_count)) break;
    sequence.frames.push_back(ProjectFrame(
        clip.PlaceJoints(static_cast<size_t>(frame)), rig, project));
  }
  // Hair and skull are above the eyes.
  FitIntoPicture(camera, 0.4 * rig.head_height, sequence);
  ANIMATE_RETURN_IF_ERROR(CheckPoseSequence(sequence));
  return sequence;
}

absl::StatusOr<std::vector<BvhBody>> PlaceBvhBodies(const BvhClip& clip) {
  ANIMATE_ASSIGN_OR_RETURN(const Rig rig, FindRig(clip));
  const PictureAxes axes = FaceCamera(clip, rig, 0.0);
  const auto turned = [&](const Vector3& v) {
    return Vector3{Dot(v, axes.toward_camera), Dot(v, axes.up),
                   -Dot(v, axes.right)};
  };
  std::vector<BvhBody> bodies;
  const size_t count = std::min(clip.frame_count, kMaxPoseFrames);
  for (size_t frame = 0; frame < count; ++frame) {
    const std::vector<BvhClip::Placement> joints = clip.PlaceJoints(frame);
    BvhBody body;
    for (size_t i = kRightShoulder; i <= kLeftAnkle; ++i) {
      body.joint[i] = turned(joints[rig.body[i]].position);
    }
    body.joint[kNeck] =
        0.5 * (body.joint[kRightShoulder] + body.joint[kLeftShoulder]);
    const Rotation& head = joints[rig.head].rotation;
    body.head_up = turned(Rotate(head, rig.up));
    body.head_front = turned(Rotate(head, rig.front));
    for (const size_t side : {0U, 1U}) {
      if (!rig.toe[side].has_value()) continue;
      body.toe[side] = turned(joints[*rig.toe[side]].position);
    }
    bodies.push_back(body);
  }
  return bodies;
}

}  // namespace animate
