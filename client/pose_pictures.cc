#include "client/pose_pictures.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/local_file.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_codec.h"
#include "engine/media/image_header.h"
#include "engine/media/video_container.h"
#include "engine/pose/pose_error.h"

namespace animate {
namespace {

constexpr int64_t kMaxPictureBytes = int64_t{256} << 20;
constexpr int64_t kMaxClipBytes = int64_t{2} << 30;

bool IsFolder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

}  // namespace

bool PosePictures::IsPictures(const std::string& path) {
  if (IsFolder(path)) return ListPictures(path).ok();
  const absl::StatusOr<std::string> bytes = ReadLocalFile(path, kMaxClipBytes);
  return bytes.ok() &&
         (ReadImageHeader(*bytes).ok() || DetectVideoContainer(*bytes).ok());
}

absl::StatusOr<PosePictures> PosePictures::Open(const std::string& path) {
  PosePictures pictures;
  pictures.path_ = path;
  if (IsFolder(path)) {
    ANIMATE_ASSIGN_OR_RETURN(pictures.pictures_, ListPictures(path));
    return pictures;
  }
  ANIMATE_ASSIGN_OR_RETURN(std::string bytes,
                           ReadLocalFile(path, kMaxClipBytes));
  if (ReadImageHeader(bytes).ok()) {
    pictures.pictures_.push_back(path);
    return pictures;
  }
  if (!DetectVideoContainer(bytes).ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path,
        ": neither a picture (PNG, JPEG, WebP) nor a clip (MP4, MOV, "
        "Matroska, WebM, AVI, GIF)"));
  }
  pictures.clip_ = std::move(bytes);
  return pictures;
}

absl::StatusOr<VideoInfo> PosePictures::ForEach(int max_frames,
                                                FrameSink sink) const {
  if (is_clip()) {
    absl::StatusOr<VideoInfo> info = DecodeVideo(
        clip_,
        {.max_frames = max_frames, .field = "clip", .reason = "BAD_CLIP"},
        sink);
    if (!info.ok()) return PoseErrorAt(path_, info.status());
    return info;
  }
  VideoInfo info;
  for (const std::string& path : pictures_) {
    if (info.num_frames == max_frames) {
      info.more = true;
      break;
    }
    ANIMATE_ASSIGN_OR_RETURN(const std::string bytes,
                             ReadLocalFile(path, kMaxPictureBytes));
    absl::StatusOr<RgbImage> picture =
        DecodeImage(bytes, {.field = "picture", .reason = "BAD_PICTURE"});
    if (!picture.ok()) return PoseErrorAt(path, picture.status());
    if (info.num_frames == 0) {
      info.width = picture->width;
      info.height = picture->height;
    } else if (picture->width != info.width || picture->height != info.height) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": is ", picture->width, "x", picture->height,
          " pixels, the pictures before are ", info.width, "x", info.height));
    }
    if (absl::Status status = sink(info.num_frames, std::move(*picture));
        !status.ok()) {
      return PoseErrorAt(path, status);
    }
    ++info.num_frames;
  }
  return info;
}

}  // namespace animate
