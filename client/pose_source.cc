#include "client/pose_source.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/local_file.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_header.h"
#include "engine/media/video_decoder.h"

namespace animate {
namespace {

constexpr int64_t kMaxReferencePoseBytes = int64_t{64} << 20;

// What a file is by its first bytes; a clip is what is nothing else.
v1::PoseKind Recognize(absl::string_view bytes) {
  if (ReadImageHeader(bytes).ok()) return v1::POSE_KIND_IMAGES;
  // Poses, or something like it that is refused for a reason worth reading.
  if (DetectPoseFormat(bytes).ok() || bytes[0] == '{' || bytes[0] == '[' ||
      bytes[0] == '\x80') {
    return v1::POSE_KIND_KEYPOINTS;
  }
  return v1::POSE_KIND_VIDEO;
}

absl::Status AtPath(const std::string& path, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", status.message()));
}

absl::StatusOr<PoseSource> ReadPictures(const std::vector<std::string>& paths,
                                        const PoseSourceOptions& options) {
  PoseSource source{.kind = v1::POSE_KIND_IMAGES};
  int64_t left = options.max_bytes;
  for (const std::string& path : paths) {
    if (source.num_frames == options.max_frames) {
      break;
    }
    ANIMATE_ASSIGN_OR_RETURN(std::string bytes, ReadLocalFile(path, left));
    const absl::StatusOr<ImageHeader> header = ReadImageHeader(bytes);
    if (!header.ok()) {
      return AtPath(path, header.status());
    }
    if (source.num_frames == 0) {
      source.width = static_cast<int>(header->width);
      source.height = static_cast<int>(header->height);
    }
    left -= static_cast<int64_t>(bytes.size());
    source.items.push_back(std::move(bytes));
    ++source.num_frames;
  }
  return source;
}

// Decoding tells how many frames there are, and finds a damaged clip before
// it is sent.
absl::StatusOr<PoseSource> ReadClip(const std::string& path, std::string bytes,
                                    v1::PoseKind kind,
                                    const PoseSourceOptions& options) {
  const absl::StatusOr<VideoInfo> info =
      DecodeVideo(bytes, {.max_frames = options.max_frames},
                  [](int, const RgbImage&) { return absl::OkStatus(); });
  if (!info.ok()) {
    return AtPath(path, info.status());
  }
  PoseSource source{.kind = kind,
                    .num_frames = info->num_frames,
                    .width = info->width,
                    .height = info->height,
                    .fps = info->fps};
  source.items.push_back(std::move(bytes));
  return source;
}

absl::StatusOr<PoseSource> ReadKeypoints(const std::vector<std::string>& paths,
                                         const PoseSourceOptions& options) {
  std::vector<PoseFile> files;
  int64_t left = options.max_bytes;
  for (const std::string& path : paths) {
    ANIMATE_ASSIGN_OR_RETURN(std::string bytes, ReadLocalFile(path, left));
    left -= static_cast<int64_t>(bytes.size());
    files.push_back({.name = path, .bytes = std::move(bytes)});
  }
  absl::StatusOr<PoseSequence> motion = ImportPoses(files, options.import);
  if (!motion.ok()) {
    return AtPath(paths.front(), motion.status());
  }
  const size_t frames =
      std::min(motion->frames.size(), static_cast<size_t>(options.max_frames));
  motion->frames.resize(frames);
  PoseSource source{.kind = v1::POSE_KIND_KEYPOINTS,
                    .num_frames = static_cast<int>(frames),
                    .width = motion->width,
                    .height = motion->height,
                    .fps = motion->fps};
  source.keypoints = *std::move(motion);
  return source;
}

// The files of a folder: pictures, else JSON.
absl::StatusOr<std::vector<std::string>> ListPoses(const std::string& folder) {
  absl::StatusOr<std::vector<std::string>> pictures = ListPictures(folder);
  if (pictures.ok()) {
    return pictures;
  }
  return ListFiles(folder, {".json"}, "pictures and no JSON files");
}

absl::Status CheckKind(const std::string& path, v1::PoseKind found,
                       const PoseSourceOptions& options) {
  if (!options.kind.has_value() || *options.kind == found) {
    return absl::OkStatus();
  }
  const bool clips = found == v1::POSE_KIND_VIDEO &&
                     *options.kind == v1::POSE_KIND_DRIVING_VIDEO;
  if (clips) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": is not ", v1::PoseKind_Name(*options.kind),
                   " but looks like ", v1::PoseKind_Name(found)));
}

}  // namespace

absl::StatusOr<PoseSource> ReadPoseSource(const std::vector<std::string>& paths,
                                          const PoseSourceOptions& options) {
  if (paths.empty()) {
    return absl::InvalidArgumentError("no pose files");
  }
  std::vector<std::string> files = paths;
  std::error_code error;
  if (paths.size() == 1 &&
      std::filesystem::is_directory(paths.front(), error)) {
    ANIMATE_ASSIGN_OR_RETURN(files, ListPoses(paths.front()));
  }
  const std::string& first = files.front();
  ANIMATE_ASSIGN_OR_RETURN(std::string bytes,
                           ReadLocalFile(first, options.max_bytes));
  const v1::PoseKind kind = Recognize(bytes);
  ANIMATE_RETURN_IF_ERROR(CheckKind(first, kind, options));
  if (kind == v1::POSE_KIND_KEYPOINTS) {
    return ReadKeypoints(files, options);
  }
  if (kind == v1::POSE_KIND_IMAGES || files.size() > 1) {
    return ReadPictures(files, options);
  }
  return ReadClip(first, std::move(bytes), options.kind.value_or(kind),
                  options);
}

absl::StatusOr<ReferencePoseFile> ReadReferencePose(
    const std::string& path, const PoseImportOptions& import) {
  ANIMATE_ASSIGN_OR_RETURN(std::string bytes,
                           ReadLocalFile(path, kMaxReferencePoseBytes));
  const PoseFile file{.name = path, .bytes = std::move(bytes)};
  const absl::StatusOr<PoseSequence> poses = ImportPoses({&file, 1}, import);
  if (!poses.ok()) {
    return AtPath(path, poses.status());
  }
  const auto somebody = std::find_if(
      poses->frames.begin(), poses->frames.end(),
      [](const PersonPose& person) { return !(person == PersonPose()); });
  if (somebody == poses->frames.end()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": shows nobody"));
  }
  return ReferencePoseFile{
      .width = poses->width, .height = poses->height, .person = *somebody};
}

}  // namespace animate
