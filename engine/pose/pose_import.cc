#include "engine/pose/pose_import.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/pose/bvh.h"
#include "engine/pose/bvh_poses.h"
#include "engine/pose/npy_array.h"
#include "engine/pose/numpy_poses.h"
#include "engine/pose/pose_error.h"
#include "engine/pose/pose_json.h"

namespace animate {
namespace {

constexpr size_t kMaxFileBytes = size_t{64} << 20;
constexpr double kLargestNormalized = 2.0;
constexpr double kNoCoordinate = -1.0;

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

bool IsJson(PoseFormat format) {
  return format != PoseFormat::kNpy && format != PoseFormat::kNpz &&
         format != PoseFormat::kBvh;
}

// The largest coordinate of a seen point; kNoCoordinate without one.
double LargestCoordinate(const PeopleSequence& people) {
  double largest = kNoCoordinate;
  for (const std::vector<PersonPose>& frame : people.frames) {
    for (const PersonPose& person : frame) {
      ForEachKeypoint(person, [&](const Keypoint& point) {
        if (point.confidence <= 0.0) return;
        largest = std::max({largest, std::abs(point.x), std::abs(point.y)});
      });
    }
  }
  return largest;
}

CoordinateSpace ChooseSpace(const PoseFileContent& content,
                            CoordinateSpace wanted) {
  if (wanted != CoordinateSpace::kAuto) return wanted;
  if (content.space != CoordinateSpace::kAuto) return content.space;
  return LargestCoordinate(content.people) <= kLargestNormalized
             ? CoordinateSpace::kNormalized
             : CoordinateSpace::kPixel;
}

void ToPixels(CoordinateSpace space, PoseSequence& sequence) {
  for (PersonPose& person : sequence.frames) {
    ClearMissing(person);
    ForEachKeypoint(person, [&](Keypoint& point) {
      if (space == CoordinateSpace::kPixel || point.confidence <= 0.0) return;
      if (space == CoordinateSpace::kSigned) {
        point.x = (point.x + 1.0) / 2.0;
        point.y = (point.y + 1.0) / 2.0;
      }
      point.x *= sequence.width;
      point.y *= sequence.height;
    });
  }
}

// From what a file says to a valid sequence.
absl::StatusOr<PoseSequence> Finish(PoseFileContent content,
                                    const PoseImportOptions& options) {
  PeopleSequence& people = content.people;
  if (people.width == 0) {
    people.width = options.width;
    people.height = options.height;
  }
  if (people.width == 0 || people.height == 0) {
    return PoseError(absl::StrCat(PoseFormatName(content.format),
                                  " does not say how large its canvas is; "
                                  "give its width and height"));
  }
  if (people.fps == 0.0) people.fps = options.fps;
  if (LargestCoordinate(people) == kNoCoordinate) {
    return PoseError("there is nobody in the poses");
  }
  const CoordinateSpace space = ChooseSpace(content, options.coordinates);
  PoseSequence sequence = FollowPerson(people, options.person);
  ToPixels(space, sequence);
  ANIMATE_RETURN_IF_ERROR(CheckPoseSequence(sequence));
  const bool anybody = std::any_of(
      sequence.frames.begin(), sequence.frames.end(),
      [](const PersonPose& person) { return !(person == PersonPose()); });
  if (!anybody) {
    return PoseError(absl::StrCat("there is no person ",
                                  options.person.value_or(0), " in the poses"));
  }
  return sequence;
}

absl::StatusOr<PoseSequence> ImportBvh(const std::string& text,
                                       const PoseImportOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(const BvhClip clip, ParseBvh(text));
  BvhCamera camera{.yaw_degrees = options.yaw_degrees, .fps = options.fps};
  if (options.width != 0) camera.width = options.width;
  if (options.height != 0) camera.height = options.height;
  return ProjectBvh(clip, camera);
}

absl::StatusOr<PoseFileContent> ParseFile(PoseFormat format,
                                          const std::string& bytes) {
  if (format == PoseFormat::kNpy) return ParseNpyPoses(bytes);
  if (format == PoseFormat::kNpz) return ParseNpzPoses(bytes);
  return ParsePoseJson({&bytes, 1});
}

absl::StatusOr<PoseFileContent> ParseJsonFiles(
    absl::Span<const PoseFile> files) {
  std::vector<const PoseFile*> ordered;
  for (const PoseFile& file : files) ordered.push_back(&file);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const PoseFile* a, const PoseFile* b) {
                     return NaturallyBefore(a->name, b->name);
                   });
  std::vector<std::string> texts;
  size_t total = 0;
  for (const PoseFile* file : ordered) {
    ANIMATE_ASSIGN_OR_RETURN(const PoseFormat format,
                             DetectPoseFormat(file->bytes));
    if (!IsJson(format)) {
      return PoseError(absl::StrCat("several files must be JSON; ", file->name,
                                    " is ", PoseFormatName(format)));
    }
    total += file->bytes.size();
    if (total > kMaxFileBytes) {
      return PoseError(absl::StrCat("the pose files have more than ",
                                    kMaxFileBytes, " bytes"));
    }
    texts.push_back(file->bytes);
  }
  return ParsePoseJson(texts);
}

}  // namespace

absl::string_view PoseFormatName(PoseFormat format) {
  switch (format) {
    case PoseFormat::kOpenPoseJson:
      return "OpenPose JSON";
    case PoseFormat::kPoseKeypointJson:
      return "POSE_KEYPOINT JSON";
    case PoseFormat::kOpenposeEditorJson:
      return "openpose-editor JSON";
    case PoseFormat::kDwposeJson:
      return "DWPose JSON";
    case PoseFormat::kNpy:
      return "a .npy file";
    case PoseFormat::kNpz:
      return "a .npz file";
    case PoseFormat::kBvh:
      return "a BVH file";
  }
  return "";
}

bool NaturallyBefore(absl::string_view a, absl::string_view b) {
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (!IsDigit(a[i]) || !IsDigit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
      continue;
    }
    const auto number = [](absl::string_view text, size_t& at) {
      while (at < text.size() && text[at] == '0') ++at;
      const size_t begin = at;
      while (at < text.size() && IsDigit(text[at])) ++at;
      return text.substr(begin, at - begin);
    };
    const absl::string_view p = number(a, i);
    const absl::string_view q = number(b, j);
    if (p != q) return p.size() != q.size() ? p.size() < q.size() : p < q;
  }
  return a.size() - i < b.size() - j;
}

absl::StatusOr<PoseFormat> DetectPoseFormat(absl::string_view bytes) {
  constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (IsNpy(bytes)) return PoseFormat::kNpy;
  if (absl::StartsWith(bytes, "PK\x03\x04")) return PoseFormat::kNpz;
  if (bytes.size() > 1 && bytes[0] == '\x80' && bytes[1] > 0 && bytes[1] < 6) {
    return PoseError(
        "this is a Python pickle: loading it runs code from the file, so it "
        "is refused; save the keypoints as .npz or JSON");
  }
  if (absl::StartsWith(bytes, kByteOrderMark)) bytes.remove_prefix(3);
  bytes = absl::StripLeadingAsciiWhitespace(bytes);
  if (absl::StartsWith(bytes, "HIERARCHY")) return PoseFormat::kBvh;
  if (absl::StartsWith(bytes, "{") || absl::StartsWith(bytes, "[")) {
    if (absl::StrContains(bytes, "\"canvas_width\"")) {
      return PoseFormat::kPoseKeypointJson;
    }
    if (absl::StrContains(bytes, "\"people\"")) {
      return PoseFormat::kOpenPoseJson;
    }
    if (absl::StrContains(bytes, "\"bodies\"")) return PoseFormat::kDwposeJson;
    if (absl::StrContains(bytes, "\"keypoints\"")) {
      return PoseFormat::kOpenposeEditorJson;
    }
  }
  return PoseError(
      "the file holds no poses of a known format; supported are JSON of "
      "OpenPose, POSE_KEYPOINT, openpose-editor and DWPose, numeric .npy and "
      ".npz, and BVH");
}

absl::StatusOr<PoseSequence> ImportPoses(absl::Span<const PoseFile> files,
                                         const PoseImportOptions& options) {
  if (files.empty()) return PoseError("there is no pose file");
  if (options.width != 0 || options.height != 0) {
    ANIMATE_RETURN_IF_ERROR(CheckCanvas(options.width, options.height));
  }
  if (files.size() > 1) {
    ANIMATE_ASSIGN_OR_RETURN(PoseFileContent content, ParseJsonFiles(files));
    return Finish(std::move(content), options);
  }
  const std::string& bytes = files[0].bytes;
  if (bytes.size() > kMaxFileBytes) {
    return PoseError(absl::StrCat("the pose file has ", bytes.size(),
                                  " bytes, limit ", kMaxFileBytes));
  }
  ANIMATE_ASSIGN_OR_RETURN(const PoseFormat format, DetectPoseFormat(bytes));
  if (format == PoseFormat::kBvh) return ImportBvh(bytes, options);
  ANIMATE_ASSIGN_OR_RETURN(PoseFileContent content, ParseFile(format, bytes));
  return Finish(std::move(content), options);
}

}  // namespace animate
