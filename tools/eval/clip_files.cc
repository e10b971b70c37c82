#include "tools/eval/clip_files.h"

#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/local_file.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_codec.h"
#include "engine/media/video_decoder.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxPictureBytes = int64_t{256} << 20;
constexpr int64_t kMaxClipBytes = int64_t{2} << 30;
constexpr int kMaxClipFrames = 100'000;

absl::Status ErrorAt(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(path, ": ", status.message()));
}

bool IsClipFile(const fs::path& path) {
  const std::string ending = absl::AsciiStrToLower(path.extension().string());
  for (const char* known :
       {".mp4", ".mov", ".mkv", ".webm", ".avi", ".gif", ".m4v"}) {
    if (ending == known) return true;
  }
  return false;
}

// The pictures of a folder; none when it has none.
ClipFiles PicturesIn(const fs::path& folder) {
  ClipFiles clip{.path = folder.string()};
  const absl::StatusOr<std::vector<std::string>> paths =
      ListPictures(folder.string());
  if (!paths.ok()) return clip;
  for (const std::string& path : *paths) {
    clip.pictures.emplace_back(fs::path(path).stem().string(), path);
  }
  return clip;
}

absl::Status AddClip(const std::string& name, ClipFiles clip,
                     std::map<std::string, ClipFiles>& clips) {
  const std::string path = clip.path;
  const auto [at, is_new] = clips.emplace(name, std::move(clip));
  if (is_new) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": there is another clip called \"", name, "\", ",
                   at->second.path));
}

absl::Status AddClipsOfFolder(const std::string& path,
                              std::map<std::string, ClipFiles>& clips) {
  std::error_code error;
  for (fs::directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    const fs::path& entry = at->path();
    if (absl::StartsWith(entry.filename().string(), ".")) continue;
    std::error_code ignored;
    if (fs::is_directory(entry, ignored)) {
      ClipFiles clip = PicturesIn(entry);
      if (clip.pictures.empty()) continue;
      ANIMATE_RETURN_IF_ERROR(
          AddClip(entry.filename().string(), std::move(clip), clips));
    } else if (IsClipFile(entry)) {
      ANIMATE_RETURN_IF_ERROR(
          AddClip(entry.stem().string(),
                  {.file = entry.string(), .path = entry.string()}, clips));
    }
  }
  if (error) {
    return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::map<std::string, ClipFiles>> FindClips(
    const std::string& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    if (!fs::is_regular_file(path, ignored)) {
      return absl::NotFoundError(
          absl::StrCat(path, ": no such file or folder"));
    }
    return std::map<std::string, ClipFiles>{{"", {.file = path, .path = path}}};
  }
  if (ClipFiles clip = PicturesIn(path); !clip.pictures.empty()) {
    return std::map<std::string, ClipFiles>{{"", std::move(clip)}};
  }
  std::map<std::string, ClipFiles> clips;
  ANIMATE_RETURN_IF_ERROR(AddClipsOfFolder(path, clips));
  if (clips.empty()) {
    return absl::NotFoundError(absl::StrCat(
        path,
        ": no pictures (PNG, JPEG, WebP), no clips (MP4, MOV, Matroska, WebM, "
        "AVI, GIF) and no folders of pictures"));
  }
  return clips;
}

absl::StatusOr<RgbImage> ReadPicture(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const std::string bytes,
                           ReadLocalFile(path, kMaxPictureBytes));
  absl::StatusOr<RgbImage> picture =
      DecodeImage(bytes, {.field = "picture", .reason = "BAD_PICTURE"});
  if (!picture.ok()) return ErrorAt(path, picture.status());
  return picture;
}

absl::StatusOr<std::vector<RgbImage>> ReadClip(const ClipFiles& clip) {
  if (!clip.file.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(const std::string bytes,
                             ReadLocalFile(clip.file, kMaxClipBytes));
    absl::StatusOr<DecodedVideo> video = DecodeVideo(
        bytes,
        {.max_frames = kMaxClipFrames, .field = "clip", .reason = "BAD_CLIP"});
    if (!video.ok()) return ErrorAt(clip.file, video.status());
    return std::move(video->frames);
  }
  std::vector<RgbImage> frames;
  for (const auto& [name, path] : clip.pictures) {
    ANIMATE_ASSIGN_OR_RETURN(RgbImage picture, ReadPicture(path));
    if (!frames.empty() && (picture.width != frames[0].width ||
                            picture.height != frames[0].height)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": is ", picture.width, "x", picture.height,
                       " pixels, the pictures before are ", frames[0].width,
                       "x", frames[0].height));
    }
    frames.push_back(std::move(picture));
  }
  return frames;
}

}  // namespace animate
