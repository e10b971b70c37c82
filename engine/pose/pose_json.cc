#include "engine/pose/pose_json.h"

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/pose/keypoint_layout.h"
#include "engine/pose/pose_error.h"

namespace animate {
namespace {

using Json = nlohmann::json;
using Points = std::vector<Keypoint>;

constexpr int kMaxDepth = 16;
// Three kilobytes each, however few bytes of text: `{}` is one.
constexpr size_t kMaxPeople = 60'000;

// Whether brackets nest so deeply that nobody meant it; each level costs
// memory.
bool NestsTooDeeply(absl::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

// Returns the member, or null where there is none.
const Json& Member(const Json& object, const char* key) {
  static const Json& null = *new Json();
  const auto found = object.find(key);
  return found == object.end() ? null : *found;
}

absl::StatusOr<double> Number(const Json& value, absl::string_view what) {
  if (!value.is_number() || !std::isfinite(value.get<double>())) {
    return PoseError(absl::StrCat(what, " has something that is no number"));
  }
  return value.get<double>();
}

// x, y, confidence, x, y, …; null and nothing are no points.
absl::StatusOr<Points> FlatPoints(const Json& person, const char* key) {
  const Json& values = Member(person, key);
  Points points;
  if (values.is_null()) return points;
  if (!values.is_array() || values.size() % 3 != 0) {
    return PoseError(absl::StrCat(key, " is no list of triples"));
  }
  for (size_t i = 0; i < values.size(); i += 3) {
    Keypoint point;
    ANIMATE_ASSIGN_OR_RETURN(point.x, Number(values[i], key));
    ANIMATE_ASSIGN_OR_RETURN(point.y, Number(values[i + 1], key));
    ANIMATE_ASSIGN_OR_RETURN(point.confidence, Number(values[i + 2], key));
    points.push_back(point);
  }
  return points;
}

// Copies the first points of a part; `sizes` are what it may have.
template <size_t kSize>
absl::Status CopyPart(const Json& person, const char* key,
                      std::initializer_list<size_t> sizes,
                      std::array<Keypoint, kSize>& part) {
  ANIMATE_ASSIGN_OR_RETURN(const Points points, FlatPoints(person, key));
  if (points.empty()) return absl::OkStatus();
  for (const size_t size : sizes) {
    if (points.size() == size) {
      std::copy_n(points.begin(), kSize, part.begin());
      return absl::OkStatus();
    }
  }
  return PoseError(absl::StrCat(key, " has ", points.size(), " points, want ",
                                *sizes.begin()));
}

absl::StatusOr<PersonPose> ParsePerson(const Json& json) {
  if (!json.is_object()) return PoseError("it is no object");
  ANIMATE_ASSIGN_OR_RETURN(const Points body,
                           FlatPoints(json, "pose_keypoints_2d"));
  PersonPose person;
  if (body.size() == 25 || body.size() == 18 || body.size() == 17) {
    ANIMATE_ASSIGN_OR_RETURN(const KeypointLayout layout,
                             KeypointLayoutOfCount(body.size()));
    ANIMATE_ASSIGN_OR_RETURN(person, PersonFromLayout(layout, body));
  } else if (!body.empty()) {
    return PoseError(
        absl::StrCat("pose_keypoints_2d has ", body.size(),
                     " points; supported are 25 (BODY_25), 18 and 17 (COCO)",
                     body.size() == 15 ? ", not MPI's 15" : ""));
  }
  ANIMATE_RETURN_IF_ERROR(CopyPart(json, "face_keypoints_2d",
                                   {kNumFacePoints + 2, kNumFacePoints},
                                   person.face));
  ANIMATE_RETURN_IF_ERROR(CopyPart(json, "hand_left_keypoints_2d",
                                   {kNumHandPoints}, person.left_hand));
  ANIMATE_RETURN_IF_ERROR(CopyPart(json, "hand_right_keypoints_2d",
                                   {kNumHandPoints}, person.right_hand));
  if (body.size() != 25) {
    ANIMATE_RETURN_IF_ERROR(
        CopyPart(json, "foot_keypoints_2d", {kNumFootPoints}, person.feet));
  }
  return person;
}

absl::StatusOr<std::vector<PersonPose>> ParsePeople(const Json& frame) {
  const Json& people = Member(frame, "people");
  if (!people.is_array()) return PoseError("people is no list");
  if (people.size() > kMaxPeoplePerFrame) {
    return PoseError(absl::StrCat("there are ", people.size(),
                                  " people, limit ", kMaxPeoplePerFrame));
  }
  std::vector<PersonPose> persons;
  for (size_t i = 0; i < people.size(); ++i) {
    absl::StatusOr<PersonPose> person = ParsePerson(people[i]);
    if (!person.ok()) {
      return PoseErrorAt(absl::StrCat("person ", i), person.status());
    }
    persons.push_back(*std::move(person));
  }
  return persons;
}

// [x, y], null or -1 for missing.
absl::StatusOr<Keypoint> Pair(const Json& json, absl::string_view what) {
  if (json.is_null()) return Keypoint();
  if (!json.is_array() || json.size() < 2) {
    return PoseError(absl::StrCat(what, " has something that is no point"));
  }
  Keypoint point;
  ANIMATE_ASSIGN_OR_RETURN(point.x, Number(json[0], what));
  ANIMATE_ASSIGN_OR_RETURN(point.y, Number(json[1], what));
  point.confidence = point.x == -1.0 && point.y == -1.0 ? 0.0 : 1.0;
  return point;
}

absl::StatusOr<std::vector<PersonPose>> ParseEditor(const Json& frame) {
  const Json& people = Member(frame, "keypoints");
  if (!people.is_array()) return PoseError("keypoints is no list");
  if (people.size() > kMaxPeoplePerFrame) {
    return PoseError(absl::StrCat("there are ", people.size(),
                                  " people, limit ", kMaxPeoplePerFrame));
  }
  std::vector<PersonPose> persons;
  for (const Json& points : people) {
    if (!points.is_array() || points.size() != kNumBodyJoints) {
      return PoseError("keypoints must have 18 points per person");
    }
    PersonPose person;
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      ANIMATE_ASSIGN_OR_RETURN(person.body[joint],
                               Pair(points[joint], "keypoints"));
    }
    persons.push_back(person);
  }
  return persons;
}

// Element [i][j] of a table of scores, where there is one.
double ScoreAt(const Json& scores, size_t i, size_t j, double otherwise) {
  if (!scores.is_array() || i >= scores.size()) return otherwise;
  const Json& row = scores[i];
  if (!row.is_array() || j >= row.size() || !row[j].is_number()) {
    return otherwise;
  }
  return row[j].get<double>();
}

// Copies the points of hand or face `index`; there may be fewer of them.
template <size_t kSize>
absl::Status CopyDetail(const Json& frame, const char* key,
                        const char* scores_key, size_t index,
                        std::array<Keypoint, kSize>& part) {
  const Json& all = Member(frame, key);
  if (!all.is_array() || index >= all.size()) return absl::OkStatus();
  const Json& points = all[index];
  if (!points.is_array() || points.size() != kSize) {
    return PoseError(absl::StrCat(key, " must have ", kSize, " points each"));
  }
  const Json& scores = Member(frame, scores_key);
  for (size_t i = 0; i < kSize; ++i) {
    ANIMATE_ASSIGN_OR_RETURN(part[i], Pair(points[i], key));
    if (part[i].confidence > 0.0) {
      part[i].confidence = ScoreAt(scores, index, i, 1.0);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<PersonPose> ParseDwposePerson(const Json& frame, size_t n,
                                             size_t count) {
  const Json& bodies = Member(frame, "bodies");
  const Json& candidate = Member(bodies, "candidate");
  const Json& row = Member(bodies, "subset")[n];
  if (!candidate.is_array() || !row.is_array() || row.size() < kNumBodyJoints) {
    return PoseError("subset must have 18 indices per person");
  }
  PersonPose person;
  for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
    ANIMATE_ASSIGN_OR_RETURN(const double index, Number(row[joint], "subset"));
    if (index < 0.0) continue;
    if (index >= static_cast<double>(candidate.size())) {
      return PoseError("subset points behind the end of candidate");
    }
    ANIMATE_ASSIGN_OR_RETURN(
        person.body[joint],
        Pair(candidate[static_cast<size_t>(index)], "candidate"));
    if (person.body[joint].confidence > 0.0) {
      person.body[joint].confidence =
          ScoreAt(Member(bodies, "score"), n, joint, 1.0);
    }
  }
  // All left hands come first.
  ANIMATE_RETURN_IF_ERROR(
      CopyDetail(frame, "hands", "hands_score", n, person.left_hand));
  ANIMATE_RETURN_IF_ERROR(
      CopyDetail(frame, "hands", "hands_score", count + n, person.right_hand));
  ANIMATE_RETURN_IF_ERROR(
      CopyDetail(frame, "faces", "faces_score", n, person.face));
  return person;
}

absl::StatusOr<std::vector<PersonPose>> ParseDwpose(const Json& frame) {
  const Json& bodies = Member(frame, "bodies");
  if (!bodies.is_object() || !Member(bodies, "subset").is_array()) {
    return PoseError("bodies must have candidate and subset");
  }
  const size_t count = Member(bodies, "subset").size();
  if (count > kMaxPeoplePerFrame) {
    return PoseError(absl::StrCat("there are ", count, " people, limit ",
                                  kMaxPeoplePerFrame));
  }
  std::vector<PersonPose> persons;
  for (size_t n = 0; n < count; ++n) {
    absl::StatusOr<PersonPose> person = ParseDwposePerson(frame, n, count);
    if (!person.ok()) {
      return PoseErrorAt(absl::StrCat("person ", n), person.status());
    }
    persons.push_back(*std::move(person));
  }
  return persons;
}

// Which keys of a frame say its canvas.
struct CanvasKeys {
  const char* width;
  const char* height;
};

absl::StatusOr<PoseFormat> FormatOf(const Json& frame) {
  if (frame.is_object()) {
    if (frame.contains("people")) {
      return frame.contains("canvas_width") ? PoseFormat::kPoseKeypointJson
                                            : PoseFormat::kOpenPoseJson;
    }
    if (frame.contains("bodies")) return PoseFormat::kDwposeJson;
    if (frame.contains("keypoints")) return PoseFormat::kOpenposeEditorJson;
  }
  return PoseError(
      "the JSON holds no poses: want frames with people (OpenPose, "
      "POSE_KEYPOINT), keypoints (openpose-editor) or bodies (DWPose)");
}

// Takes over canvas and rate; all frames have to agree on the canvas.
absl::Status ReadCanvas(const Json& frame, PoseFileContent& content) {
  const bool comfy = content.format == PoseFormat::kPoseKeypointJson;
  const CanvasKeys keys = comfy ? CanvasKeys{"canvas_width", "canvas_height"}
                                : CanvasKeys{"width", "height"};
  const Json& fps = Member(frame, "fps");
  if (fps.is_number() && content.people.fps == 0.0) {
    content.people.fps = fps.get<double>();
  }
  if (Member(frame, "coordinates") == "pixel") {
    content.space = CoordinateSpace::kPixel;
  } else if (Member(frame, "coordinates") == "normalized") {
    content.space = CoordinateSpace::kNormalized;
  }
  if (Member(frame, keys.width).is_null()) return absl::OkStatus();
  ANIMATE_ASSIGN_OR_RETURN(const double width,
                           Number(Member(frame, keys.width), keys.width));
  ANIMATE_ASSIGN_OR_RETURN(const double height,
                           Number(Member(frame, keys.height), keys.height));
  const auto is_side = [](double side) {
    return side >= 1.0 && side <= kMaxPoseSide && side == std::floor(side);
  };
  if (!is_side(width) || !is_side(height)) {
    return PoseError(absl::StrCat("the canvas is ", width, "x", height,
                                  "; its sides must be whole numbers, 1 to ",
                                  kMaxPoseSide));
  }
  PeopleSequence& people = content.people;
  if (people.width != 0 && (people.width != width || people.height != height)) {
    return PoseError("the canvas differs from that of the frames before");
  }
  people.width = static_cast<int>(width);
  people.height = static_cast<int>(height);
  return absl::OkStatus();
}

// `people_left` is how many more there may be.
absl::Status AppendFrame(const Json& frame, size_t& people_left,
                         PoseFileContent& content) {
  ANIMATE_ASSIGN_OR_RETURN(const PoseFormat format, FormatOf(frame));
  if (content.people.frames.empty()) {
    content.format = format;
    content.space = format == PoseFormat::kDwposeJson
                        ? CoordinateSpace::kNormalized
                        : CoordinateSpace::kAuto;
  } else if (content.format != format) {
    return PoseError(absl::StrCat("it is ", PoseFormatName(format),
                                  ", the frames before are ",
                                  PoseFormatName(content.format)));
  }
  if (content.people.frames.size() == kMaxPoseFrames) {
    return PoseError(
        absl::StrCat("there are more than ", kMaxPoseFrames, " frames"));
  }
  ANIMATE_RETURN_IF_ERROR(ReadCanvas(frame, content));
  std::vector<PersonPose> persons;
  if (format == PoseFormat::kDwposeJson) {
    ANIMATE_ASSIGN_OR_RETURN(persons, ParseDwpose(frame));
  } else if (format == PoseFormat::kOpenposeEditorJson) {
    ANIMATE_ASSIGN_OR_RETURN(persons, ParseEditor(frame));
  } else {
    ANIMATE_ASSIGN_OR_RETURN(persons, ParsePeople(frame));
  }
  if (persons.size() > people_left) {
    return PoseError(absl::StrCat("there are more than ", kMaxPeople,
                                  " people in all frames together"));
  }
  people_left -= persons.size();
  content.people.frames.push_back(std::move(persons));
  return absl::OkStatus();
}

absl::Status AppendText(const std::string& text, size_t& people_left,
                        PoseFileContent& content) {
  if (NestsTooDeeply(text)) return PoseError("the JSON nests too deeply");
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return PoseError("the file is no valid JSON");
  const bool wrapped = document.is_object() && document.contains("frames");
  const Json& frames = wrapped ? document["frames"] : document;
  if (!frames.is_array()) return AppendFrame(frames, people_left, content);
  for (const Json& frame : frames) {
    const size_t index = content.people.frames.size();
    const absl::Status status = AppendFrame(frame, people_left, content);
    if (!status.ok()) return PoseErrorAt(absl::StrCat("frame ", index), status);
  }
  if (wrapped) return ReadCanvas(document, content);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PoseFileContent> ParsePoseJson(
    absl::Span<const std::string> texts) {
  PoseFileContent content;
  size_t people_left = kMaxPeople;
  for (const std::string& text : texts) {
    const absl::Status status = AppendText(text, people_left, content);
    if (!status.ok()) {
      if (texts.size() == 1) return status;
      return PoseErrorAt(
          absl::StrCat("file ", &text - texts.data() + 1, " of ", texts.size()),
          status);
    }
  }
  return content;
}

}  // namespace animate
