#include "engine/dataset/video_source_reader.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/dataset/dataset_file.h"
#include "engine/media/video_decoder.h"
#include "engine/pose/pose_import.h"

namespace animate {
namespace {

constexpr int kMaxSourceFrames = 1'000'000;

VideoDecodeOptions DecodeOptionsFor(const std::string& path) {
  return {.max_frames = kMaxSourceFrames,
          .field = path,
          .reason = "BAD_DATASET_FILE"};
}

absl::StatusOr<VideoInfo> Probe(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const std::string bytes, ReadDatasetFile(path));
  return ProbeVideo(bytes, DecodeOptionsFor(path));
}

}  // namespace

absl::StatusOr<VideoLength> MeasureSource(const VideoSource& source,
                                          int max_difference) {
  ANIMATE_ASSIGN_OR_RETURN(const VideoInfo video, Probe(source.video));
  VideoLength length{
      .frames = video.num_frames, .width = video.width, .height = video.height};
  if (!source.has_poses()) return length;
  int poses = 0;
  if (!source.pose_clip.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(const VideoInfo clip, Probe(source.pose_clip));
    poses = clip.num_frames;
  } else {
    ANIMATE_ASSIGN_OR_RETURN(const PoseSequence keypoints,
                             ReadKeypoints(source, video.width, video.height));
    poses = static_cast<int>(keypoints.frames.size());
  }
  if (std::abs(poses - length.frames) > max_difference) {
    return BadDatasetFile(
        source.video,
        absl::StrCat("has ", length.frames, " frames, but poses for ", poses));
  }
  length.frames = std::min(length.frames, poses);
  return length;
}

absl::StatusOr<std::map<int, RgbImage>> ReadFrames(const std::string& path,
                                                   std::vector<int> wanted) {
  ANIMATE_ASSIGN_OR_RETURN(const std::string bytes, ReadDatasetFile(path));
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  VideoDecodeOptions options = DecodeOptionsFor(path);
  options.wanted = wanted;
  std::map<int, RgbImage> frames;
  ANIMATE_RETURN_IF_ERROR(
      DecodeVideo(bytes, options, [&](int index, RgbImage frame) {
        frames[index] = std::move(frame);
        return absl::OkStatus();
      }).status());
  if (frames.size() != wanted.size()) {
    return absl::DataLossError(
        absl::StrCat(path, ": frame ", wanted.back(), " is missing"));
  }
  return frames;
}

absl::StatusOr<PoseSequence> ReadKeypoints(const VideoSource& source, int width,
                                           int height) {
  std::vector<PoseFile> files;
  for (const std::string& path : source.keypoints) {
    ANIMATE_ASSIGN_OR_RETURN(std::string bytes, ReadDatasetFile(path));
    files.push_back({.name = path, .bytes = std::move(bytes)});
  }
  absl::StatusOr<PoseSequence> poses =
      ImportPoses(files, {.width = width, .height = height});
  if (poses.ok()) return poses;
  return BadDatasetFile(source.keypoints.front(), poses.status().message());
}

}  // namespace animate
