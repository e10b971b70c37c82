#include "engine/dataset/video_index.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/pose/pose_import.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

constexpr std::array<absl::string_view, 7> kVideoEndings = {
    ".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".gif"};
constexpr std::array<absl::string_view, 3> kKeypointEndings = {".json", ".npy",
                                                               ".npz"};
constexpr std::array<absl::string_view, 4> kPoseSuffixes = {
    "_dwpose", "_pose", "_kps", "_keypoints"};
constexpr int kMaxListDepth = 8;

bool HasEnding(const fs::path& path,
               absl::Span<const absl::string_view> endings) {
  const std::string ending = absl::AsciiStrToLower(path.extension().string());
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool IsPoseName(const std::string& name) {
  return std::any_of(
      kPoseSuffixes.begin(), kPoseSuffixes.end(),
      [&](absl::string_view suffix) { return absl::EndsWith(name, suffix); });
}

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// JSON files of a folder in the order of their frames.
std::vector<std::string> FrameFiles(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_regular_file(error) && at->path().extension() == ".json") {
      files.push_back(at->path().string());
    }
  }
  std::sort(files.begin(), files.end(), NaturallyBefore);
  return files;
}

// Takes `path` as the poses of `source` if it is some.
bool TakePoses(const fs::path& path, VideoSource& source) {
  if (IsFolder(path)) {
    source.keypoints = FrameFiles(path);
  } else if (!IsFile(path)) {
    return false;
  } else if (HasEnding(path, kKeypointEndings)) {
    source.keypoints = {path.string()};
  } else if (HasEnding(path, kVideoEndings)) {
    source.pose_clip = path.string();
  }
  return source.has_poses();
}

// Takes `stem` with any of the endings of poses.
bool TakeAnyEnding(const fs::path& stem, VideoSource& source) {
  for (const auto endings :
       {absl::MakeSpan(kKeypointEndings), absl::MakeSpan(kVideoEndings)}) {
    for (const absl::string_view ending : endings) {
      const fs::path path = absl::StrCat(stem.string(), ending);
      if (path != source.video && TakePoses(path, source)) return true;
    }
  }
  return TakePoses(stem, source);
}

// Looks where people put the poses of a video found under `root`.
void FindPoses(const fs::path& root, VideoSource& source) {
  const fs::path video = source.video;
  const fs::path stem = video.parent_path() / video.stem();
  for (const absl::string_view suffix : kPoseSuffixes) {
    if (TakeAnyEnding(absl::StrCat(stem.string(), suffix), source)) return;
  }
  for (const absl::string_view ending : kKeypointEndings) {
    if (TakePoses(absl::StrCat(stem.string(), ending), source)) return;
  }
  if (TakePoses(stem, source)) return;
  for (fs::path folder = video.parent_path();; folder = folder.parent_path()) {
    const fs::path inside = stem.lexically_relative(folder);
    for (const absl::string_view suffix : kPoseSuffixes) {
      const fs::path other = absl::StrCat(folder.string(), suffix);
      if (TakeAnyEnding(other / inside, source)) return;
    }
    if (folder == root || folder == folder.parent_path()) return;
  }
}

// Collects sources from all paths.
class VideoSearch {
 public:
  explicit VideoSearch(bool poses) : poses_(poses) {}

  absl::Status Add(const std::string& path) {
    if (IsFolder(path)) {
      AddFolder(fs::path(path).lexically_normal());
      return absl::OkStatus();
    }
    return AddList(path, 0);
  }

  VideoIndex TakeIndex() { return std::move(index_); }

 private:
  void AddFolder(fs::path root) {
    if (!root.has_filename()) root = root.parent_path();  // "videos/"
    std::vector<fs::path> videos;
    std::error_code error;
    fs::recursive_directory_iterator at(
        root, fs::directory_options::skip_permission_denied, error);
    for (const fs::recursive_directory_iterator end; !error && at != end;
         at.increment(error)) {
      const fs::path& path = at->path();
      const bool is_pose = IsPoseName(path.stem().string());
      if (at->is_directory(error)) {
        if (is_pose) at.disable_recursion_pending();
      } else if (!is_pose && HasEnding(path, kVideoEndings)) {
        videos.push_back(path);
      }
    }
    std::sort(videos.begin(), videos.end());
    for (const fs::path& video : videos) {
      VideoSource source{.video = video.string()};
      if (poses_) FindPoses(root, source);
      AddSource(std::move(source));
    }
  }

  absl::Status AddList(const std::string& path, int depth) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
      return absl::NotFoundError(absl::StrCat(path, " does not exist"));
    const auto list = nlohmann::json::parse(file, nullptr,
                                            /*allow_exceptions=*/false);
    if (!list.is_array() || depth > kMaxListDepth) {
      return MakeError(absl::StatusCode::kInvalidArgument,
                       absl::StrCat(path, " is no JSON list of videos"),
                       {.reason = "BAD_DATASET"});
    }
    for (const auto& entry : list) {
      if (entry.is_string()) {
        ANIMATE_RETURN_IF_ERROR(
            AddList(Resolve(entry.get<std::string>(), path), depth + 1));
      } else {
        AddEntry(entry, path);
      }
    }
    return absl::OkStatus();
  }

  void AddEntry(const nlohmann::json& entry, const std::string& list) {
    const auto path_of = [&](const char* key) -> std::string {
      if (!entry.is_object()) return "";
      const auto found = entry.find(key);
      if (found == entry.end() || !found->is_string()) return "";
      return Resolve(found->get<std::string>(), list);
    };
    VideoSource source{.video = path_of("video_path")};
    const std::string poses = path_of("kps_path");
    if (poses_ && !poses.empty()) TakePoses(poses, source);
    AddSource(std::move(source));
  }

  static std::string Resolve(const std::string& path, const std::string& list) {
    std::error_code error;
    if (fs::exists(path, error)) return path;
    return (fs::path(list).parent_path() / path).string();
  }

  void AddSource(VideoSource source) {
    if (!IsFile(source.video) || (poses_ && !source.has_poses())) {
      ++index_.skipped;
    } else {
      index_.sources.push_back(std::move(source));
    }
  }

  const bool poses_;
  VideoIndex index_;
};

}  // namespace

absl::StatusOr<VideoIndex> FindVideos(const std::vector<std::string>& paths,
                                      bool poses) {
  VideoSearch search(poses);
  for (const std::string& path : paths) {
    ANIMATE_RETURN_IF_ERROR(search.Add(path));
  }
  VideoIndex index = search.TakeIndex();
  if (index.sources.empty()) {
    return MakeError(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat("no videos", poses ? " with poses" : "", " in ",
                     paths.empty() ? "an empty list of folders"
                                   : absl::StrJoin(paths, ", "),
                     "; ", index.skipped, " were left out"),
        {.reason = "EMPTY_DATASET"});
  }
  return index;
}

}  // namespace animate
