#include "engine/pose/numpy_poses.h"

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/pose/keypoint_layout.h"
#include "engine/pose/npy_array.h"
#include "engine/pose/pose_error.h"
#include "engine/pose/zip_archive.h"

namespace animate {
namespace {

constexpr size_t kMaxUnpackedBytes = size_t{256} << 20;

// The arrays of a file that say something about poses.
struct Arrays {
  NpyArray keypoints;
  std::optional<NpyArray> scores;
  std::optional<KeypointLayout> layout;
};

absl::StatusOr<PeopleSequence> ReadPeople(Arrays arrays) {
  NpyArray& keypoints = arrays.keypoints;
  if (keypoints.shape.size() == 2) {
    keypoints.shape.insert(keypoints.shape.begin(), 1);
  }
  if (keypoints.shape.size() != 3 ||
      (keypoints.shape[2] != 2 && keypoints.shape[2] != 3)) {
    return PoseError("keypoints must be an array of numbers [T, K, 2 or 3]");
  }
  const size_t frames = keypoints.shape[0];
  const size_t points = keypoints.shape[1];
  const size_t columns = keypoints.shape[2];
  if (frames > kMaxPoseFrames) {
    return PoseError(
        absl::StrCat("there are ", frames, " frames, limit ", kMaxPoseFrames));
  }
  if (keypoints.values.size() != frames * points * columns ||
      (arrays.scores.has_value() &&
       arrays.scores->values.size() != frames * points)) {
    return PoseError("scores must be an array of numbers [T, K]");
  }
  if (!arrays.layout.has_value()) {
    ANIMATE_ASSIGN_OR_RETURN(arrays.layout, KeypointLayoutOfCount(points));
  }
  PeopleSequence people;
  const double* value = keypoints.values.data();
  for (size_t t = 0; t < frames; ++t) {
    std::vector<Keypoint> list(points);
    for (size_t k = 0; k < points; ++k, value += columns) {
      list[k] = {value[0], value[1], columns == 3 ? value[2] : 1.0};
      if (arrays.scores.has_value()) {
        list[k].confidence = arrays.scores->values[t * points + k];
      }
    }
    ANIMATE_ASSIGN_OR_RETURN(PersonPose person,
                             PersonFromLayout(*arrays.layout, list));
    people.frames.push_back({person});
  }
  return people;
}

// A number from a scalar or an array of one.
absl::StatusOr<double> Scalar(const NpyArray& array, absl::string_view name) {
  if (array.values.size() != 1 || !std::isfinite(array.values[0])) {
    return PoseError(absl::StrCat(name, " must be one number"));
  }
  return array.values[0];
}

absl::StatusOr<int> Side(const NpyArray& array, absl::string_view name) {
  ANIMATE_ASSIGN_OR_RETURN(const double side, Scalar(array, name));
  if (!(side >= 1.0 && side <= kMaxPoseSide && side == std::floor(side))) {
    return PoseError(absl::StrCat(name, " must be a whole number, 1 to ",
                                  kMaxPoseSide, ", got ", side));
  }
  return static_cast<int>(side);
}

}  // namespace

absl::StatusOr<PoseFileContent> ParseNpyPoses(absl::string_view bytes) {
  Arrays arrays;
  ANIMATE_ASSIGN_OR_RETURN(arrays.keypoints, ParseNpy(bytes));
  PoseFileContent content{.format = PoseFormat::kNpy};
  ANIMATE_ASSIGN_OR_RETURN(content.people, ReadPeople(std::move(arrays)));
  return content;
}

absl::StatusOr<PoseFileContent> ParseNpzPoses(absl::string_view bytes) {
  using Files = std::map<std::string, std::string>;
  ANIMATE_ASSIGN_OR_RETURN(const Files files,
                           ReadZip(bytes, kMaxUnpackedBytes));
  const auto read =
      [&](const char* name) -> absl::StatusOr<std::optional<NpyArray>> {
    const auto found = files.find(absl::StrCat(name, ".npy"));
    if (found == files.end()) return std::nullopt;
    absl::StatusOr<NpyArray> array = ParseNpy(found->second);
    if (!array.ok()) return PoseErrorAt(name, array.status());
    return *std::move(array);
  };
  ANIMATE_ASSIGN_OR_RETURN(std::optional<NpyArray> keypoints,
                           read("keypoints"));
  if (!keypoints.has_value()) {
    return PoseError("the .npz file has no array called keypoints");
  }
  Arrays arrays{.keypoints = *std::move(keypoints)};
  ANIMATE_ASSIGN_OR_RETURN(arrays.scores, read("scores"));
  ANIMATE_ASSIGN_OR_RETURN(const auto layout, read("layout"));
  if (layout.has_value()) {
    ANIMATE_ASSIGN_OR_RETURN(arrays.layout, ParseKeypointLayout(layout->text));
  }
  PoseFileContent content{.format = PoseFormat::kNpz};
  ANIMATE_ASSIGN_OR_RETURN(content.people, ReadPeople(std::move(arrays)));
  ANIMATE_ASSIGN_OR_RETURN(const auto width, read("width"));
  ANIMATE_ASSIGN_OR_RETURN(const auto height, read("height"));
  ANIMATE_ASSIGN_OR_RETURN(const auto fps, read("fps"));
  if (width.has_value() && height.has_value()) {
    ANIMATE_ASSIGN_OR_RETURN(content.people.width, Side(*width, "width"));
    ANIMATE_ASSIGN_OR_RETURN(content.people.height, Side(*height, "height"));
  }
  if (fps.has_value()) {
    ANIMATE_ASSIGN_OR_RETURN(content.people.fps, Scalar(*fps, "fps"));
  }
  return content;
}

}  // namespace animate
