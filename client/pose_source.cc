#include "client/pose_source.h"

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

absl::StatusOr<PoseSource> ReadPictures(const std::vector<std::string>& paths,
                                        const PoseSourceLimits& limits) {
  PoseSource source{.kind = v1::POSE_KIND_IMAGES};
  int64_t left = limits.max_bytes;
  for (const std::string& path : paths) {
    if (source.num_frames == limits.max_frames) {
      break;
    }
    ANIMATE_ASSIGN_OR_RETURN(std::string bytes, ReadLocalFile(path, left));
    const absl::StatusOr<ImageHeader> header = ReadImageHeader(bytes);
    if (!header.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", header.status().message()));
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
                                    const PoseSourceLimits& limits) {
  const absl::StatusOr<VideoInfo> info =
      DecodeVideo(bytes, {.max_frames = limits.max_frames},
                  [](int, const RgbImage&) { return absl::OkStatus(); });
  if (!info.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", info.status().message()));
  }
  PoseSource source{.kind = v1::POSE_KIND_VIDEO,
                    .num_frames = info->num_frames,
                    .width = info->width,
                    .height = info->height,
                    .fps = info->fps};
  source.items.push_back(std::move(bytes));
  return source;
}

}  // namespace

absl::StatusOr<PoseSource> ReadPoseSource(const std::vector<std::string>& paths,
                                          const PoseSourceLimits& limits) {
  if (paths.empty()) {
    return absl::InvalidArgumentError("no pose files");
  }
  if (paths.size() > 1) {
    return ReadPictures(paths, limits);
  }
  const std::string& path = paths.front();
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    ANIMATE_ASSIGN_OR_RETURN(const std::vector<std::string> pictures,
                             ListPictures(path));
    return ReadPictures(pictures, limits);
  }
  ANIMATE_ASSIGN_OR_RETURN(std::string bytes,
                           ReadLocalFile(path, limits.max_bytes));
  if (ReadImageHeader(bytes).ok()) {
    return ReadPictures(paths, limits);
  }
  return ReadClip(path, std::move(bytes), limits);
}

}  // namespace animate
