#include "engine/pose/pose_export.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace animate {
namespace {

using Json = nlohmann::json;

template <size_t kSize>
Json FlatJson(const std::array<Keypoint, kSize>& points) {
  bool any = false;
  Json values = Json::array();
  for (const Keypoint& point : points) {
    const bool known = point.confidence > 0.0;
    any = any || known;
    values.push_back(known ? point.x : 0.0);
    values.push_back(known ? point.y : 0.0);
    values.push_back(known ? point.confidence : 0.0);
  }
  return any ? values : Json();
}

Json PersonJson(const PersonPose& person) {
  Json face = FlatJson(person.face);
  if (!face.is_null()) {
    std::array<Keypoint, 2> pupils = {person.body[kRightEye],
                                      person.body[kLeftEye]};
    for (const Keypoint& pupil : pupils) {
      const bool known = pupil.confidence > 0.0;
      face.push_back(known ? pupil.x : 0.0);
      face.push_back(known ? pupil.y : 0.0);
      face.push_back(known ? pupil.confidence : 0.0);
    }
  }
  Json json = {{"pose_keypoints_2d", FlatJson(person.body)},
               {"face_keypoints_2d", std::move(face)},
               {"hand_left_keypoints_2d", FlatJson(person.left_hand)},
               {"hand_right_keypoints_2d", FlatJson(person.right_hand)}};
  Json feet = FlatJson(person.feet);
  if (!feet.is_null()) json["foot_keypoints_2d"] = std::move(feet);
  return json;
}

}  // namespace

std::string ExportPoseKeypointJson(const PoseSequence& sequence) {
  Json frames = Json::array();
  for (const PersonPose& person : sequence.frames) {
    Json people = Json::array();
    if (!(person == PersonPose())) people.push_back(PersonJson(person));
    frames.push_back({{"people", std::move(people)},
                      {"canvas_width", sequence.width},
                      {"canvas_height", sequence.height}});
  }
  if (!frames.empty()) {
    // So that a figure of two pixels is not taken for normalised coordinates.
    frames[0]["coordinates"] = "pixel";
    if (sequence.fps > 0.0) frames[0]["fps"] = sequence.fps;
  }
  return frames.dump();
}

}  // namespace animate
