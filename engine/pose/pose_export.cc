#include "engine/pose/pose_export.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace animate {
namespace {

using Json = nlohmann::json;

void Append(const Keypoint& point, Json& values) {
  const bool known = point.confidence > 0.0;
  values.push_back(known ? point.x : 0.0);
  values.push_back(known ? point.y : 0.0);
  values.push_back(known ? point.confidence : 0.0);
}

// Null when no point is known.
template <size_t kSize>
Json FlatJson(const std::array<Keypoint, kSize>& points) {
  bool any = false;
  Json values = Json::array();
  for (const Keypoint& point : points) {
    any = any || point.confidence > 0.0;
    Append(point, values);
  }
  return any ? values : Json();
}

// The 70 points that editors expect: the eyes of the body are the pupils.
Json FaceJson(const PersonPose& person) {
  Json face = FlatJson(person.face);
  if (face.is_null()) return face;
  Append(person.body[kRightEye], face);
  Append(person.body[kLeftEye], face);
  return face;
}

Json PersonJson(const PersonPose& person) {
  Json json = {{"pose_keypoints_2d", FlatJson(person.body)},
               {"face_keypoints_2d", FaceJson(person)},
               {"hand_left_keypoints_2d", FlatJson(person.left_hand)},
               {"hand_right_keypoints_2d", FlatJson(person.right_hand)}};
  Json feet = FlatJson(person.feet);
  if (!feet.is_null()) json["foot_keypoints_2d"] = std::move(feet);
  return json;
}

// BODY_25 after the neck: the arms, the middle of the hips, the legs and the
// head, then the feet.
Json Body25Json(const PersonPose& person) {
  const auto& body = person.body;
  Json values = Json::array();
  for (size_t joint = kNose; joint <= kLeftWrist; ++joint) {
    Append(body[joint], values);
  }
  const Keypoint& right = body[kRightHip];
  const Keypoint& left = body[kLeftHip];
  Append({.x = 0.5 * (right.x + left.x),
          .y = 0.5 * (right.y + left.y),
          .confidence = std::min(right.confidence, left.confidence)},
         values);
  for (size_t joint = kRightHip; joint < kNumBodyJoints; ++joint) {
    Append(body[joint], values);
  }
  for (const Keypoint& point : person.feet) Append(point, values);
  return values;
}

PersonPose Normalized(PersonPose person, const PoseSequence& sequence) {
  ForEachKeypoint(person, [&](Keypoint& point) {
    point.x /= sequence.width;
    point.y /= sequence.height;
  });
  return person;
}

}  // namespace

std::string ExportPoseKeypointJson(const PoseSequence& sequence,
                                   CoordinateSpace space) {
  const bool normalized = space == CoordinateSpace::kNormalized;
  Json frames = Json::array();
  for (const PersonPose& person : sequence.frames) {
    Json people = Json::array();
    if (!(person == PersonPose())) {
      people.push_back(
          PersonJson(normalized ? Normalized(person, sequence) : person));
    }
    frames.push_back({{"people", std::move(people)},
                      {"canvas_width", sequence.width},
                      {"canvas_height", sequence.height}});
  }
  if (!frames.empty()) {
    // So that a figure of two pixels is not taken for normalised coordinates.
    frames[0]["coordinates"] = normalized ? "normalized" : "pixel";
    if (sequence.fps > 0.0) frames[0]["fps"] = sequence.fps;
  }
  return frames.dump();
}

std::string ExportOpenPoseJson(const PersonPose& person) {
  const auto or_empty = [](const Json& values) {
    return values.is_null() ? Json::array() : values;
  };
  Json people = Json::array();
  if (!(person == PersonPose())) {
    people.push_back(
        {{"person_id", {-1}},
         {"pose_keypoints_2d", Body25Json(person)},
         {"face_keypoints_2d", or_empty(FaceJson(person))},
         {"hand_left_keypoints_2d", or_empty(FlatJson(person.left_hand))},
         {"hand_right_keypoints_2d", or_empty(FlatJson(person.right_hand))}});
  }
  return Json({{"version", 1.3}, {"people", std::move(people)}}).dump();
}

}  // namespace animate
