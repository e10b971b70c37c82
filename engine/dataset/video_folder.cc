#include "engine/dataset/video_folder.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "engine/dataset/format_check.h"
#include "engine/dataset/sample_seed.h"
#include "engine/media/pose_drawing.h"

namespace animate {
namespace {

absl::Status CheckFolderOptions(const VideoFolderOptions& options) {
  constexpr int kMany = 1'000'000;
  ANIMATE_RETURN_IF_ERROR(CheckClipFormat(options.format));
  ANIMATE_RETURN_IF_ERROR(
      CheckOption("margin", options.choice.margin, 0, kMany));
  ANIMATE_RETURN_IF_ERROR(
      CheckOption("stride", options.choice.stride, 1, 1000));
  ANIMATE_RETURN_IF_ERROR(
      CheckOption("min_frames", options.min_frames, 1, kMany));
  ANIMATE_RETURN_IF_ERROR(CheckOption("max_length_difference",
                                      options.max_length_difference, 0, kMany));
  return CheckCropOptions(options.crop);
}

PictureSize SizeOf(const ClipFormat& format) {
  return {.width = format.width, .height = format.height};
}

}  // namespace

VideoFolder::VideoFolder(const VideoFolderOptions& options, VideoIndex index)
    : options_(options),
      sources_(std::move(index.sources)),
      left_out_(index.skipped),
      lengths_(sources_.size()),
      skipped_(sources_.size()) {}

absl::StatusOr<std::unique_ptr<VideoFolder>> VideoFolder::Create(
    const VideoFolderOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckFolderOptions(options));
  ANIMATE_ASSIGN_OR_RETURN(VideoIndex index,
                           FindVideos(options.paths, options.format.poses));
  // The constructor is private.
  return std::unique_ptr<VideoFolder>(
      new VideoFolder(options, std::move(index)));
}

int64_t VideoFolder::skipped() const {
  const MutexLock lock(mutex_);
  return left_out_ + std::count(skipped_.begin(), skipped_.end(), true);
}

void VideoFolder::Skip(size_t source, const absl::Status& reason) const {
  {
    const MutexLock lock(mutex_);
    if (skipped_[source]) return;
    skipped_[source] = true;
  }
  Log(LogSeverity::kWarning, "video_skipped",
      {{"video", sources_[source].video}, {"reason", reason.message()}});
}

absl::StatusOr<VideoLength> VideoFolder::Measure(size_t source) const {
  {
    const MutexLock lock(mutex_);
    if (lengths_[source].has_value()) return *lengths_[source];
  }
  absl::StatusOr<VideoLength> length =
      MeasureSource(sources_[source], options_.max_length_difference);
  if (length.ok() && length->frames < options_.min_frames) {
    length = absl::InvalidArgumentError(
        absl::StrCat(sources_[source].video, ": has ", length->frames,
                     " frames, want at least ", options_.min_frames));
  }
  const MutexLock lock(mutex_);
  lengths_[source] = length;
  return length;
}

// Whether a source is taken must not depend on other samples: a failure to
// decode the frames of one of them is no reason to leave it out for another.
absl::StatusOr<TrainingClip> VideoFolder::Draw(int64_t index) const {
  const uint64_t seed = SampleSeed(options_.seed, index);
  const size_t first = SynthRandom(seed).Index(sources_.size());
  absl::Status reason;
  for (size_t i = 0; i < sources_.size(); ++i) {
    const size_t source = (first + i) % sources_.size();
    const absl::StatusOr<VideoLength> length = Measure(source);
    if (length.ok()) {
      absl::StatusOr<TrainingClip> clip = Read(sources_[source], *length, seed);
      if (clip.ok()) {
        clip->index = index;
        clip->seed = seed;
        return clip;
      }
      reason = clip.status();
    } else {
      reason = length.status();
    }
    Skip(source, reason);
  }
  return absl::FailedPreconditionError(
      absl::StrCat("none of ", sources_.size(),
                   " videos can be read; the last: ", reason.message()));
}

absl::StatusOr<TrainingClip> VideoFolder::Read(const VideoSource& source,
                                               const VideoLength& length,
                                               uint64_t seed) const {
  SynthRandom random(seed, 1);
  const FrameChoice choice =
      ChooseFrames(options_.format, options_.choice, length.frames, random);
  std::vector<int> wanted = choice.targets;
  wanted.push_back(choice.reference);
  ANIMATE_ASSIGN_OR_RETURN(auto pictures, ReadFrames(source.video, wanted));
  const RgbImage& any = pictures.begin()->second;
  const PictureSize format = SizeOf(options_.format);
  const ClipCrop crop =
      ChooseCrop(options_.crop, {.width = any.width, .height = any.height},
                 format, random);
  const auto cropped = [&](int frame) {
    return CropPicture(pictures.at(frame), crop, format, options_.crop.filter);
  };
  TrainingClip clip{.source = absl::StrCat(
                        std::filesystem::path(source.video).filename().string(),
                        ", frame ", choice.targets.front()),
                    .reference = cropped(choice.reference)};
  for (const int target : choice.targets) {
    clip.frames.push_back(cropped(target));
  }
  if (options_.format.poses) {
    ANIMATE_ASSIGN_OR_RETURN(clip.poses,
                             ReadPoses(source, length, choice.targets, crop));
  }
  return clip;
}

absl::StatusOr<std::vector<RgbImage>> VideoFolder::ReadPoses(
    const VideoSource& source, const VideoLength& length,
    const std::vector<int>& targets, const ClipCrop& crop) const {
  const PictureSize format = SizeOf(options_.format);
  std::vector<RgbImage> poses;
  if (!source.pose_clip.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(const auto drawn,
                             ReadFrames(source.pose_clip, targets));
    for (const int target : targets) {
      poses.push_back(
          CropPicture(drawn.at(target), crop, format, options_.crop.filter));
    }
    return poses;
  }
  ANIMATE_ASSIGN_OR_RETURN(const PoseSequence keypoints,
                           ReadKeypoints(source, length.width, length.height));
  const PictureSize canvas{.width = keypoints.width,
                           .height = keypoints.height};
  for (const int target : targets) {
    const PersonPose person =
        CropPose(keypoints.frames[static_cast<size_t>(target)], canvas, crop);
    poses.push_back(RenderPose(
        {.width = format.width, .height = format.height, .people = {person}},
        format.width, format.height));
  }
  return poses;
}

}  // namespace animate
