#ifndef ANIMATE_ENGINE_DATASET_VIDEO_FOLDER_H_
#define ANIMATE_ENGINE_DATASET_VIDEO_FOLDER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "engine/base/mutex.h"
#include "engine/dataset/clip_crop.h"
#include "engine/dataset/frame_choice.h"
#include "engine/dataset/training_clip.h"
#include "engine/dataset/video_index.h"
#include "engine/dataset/video_source_reader.h"

namespace animate {

struct VideoFolderOptions {
  ClipFormat format;  // sides in [32, 2048], frames in [1, 1000]

  // Folders and lists, as FindVideos.
  std::vector<std::string> paths;

  ClipCropOptions crop;
  FrameChoiceOptions choice;

  // Videos with fewer frames are left out; frames of a shorter one repeat.
  int min_frames = 1;  // >= 1

  // Poses of a video may lack or have this many frames more; the rest is not
  // used.
  int max_length_difference = 2;  // >= 0

  uint64_t seed = 0;
};

// Clips of files: videos with clips of drawn skeletons, taken as they are, or
// with keypoints, drawn as the server does. Files are opened when a sample
// needs them; those that are damaged, too short or that do not fit together
// are logged once, counted, and others taken in their place. Thread-safe.
class VideoFolder : public ClipDataset {
 public:
  // Returns INVALID_ARGUMENT for options out of range, errors of FindVideos.
  static absl::StatusOr<std::unique_ptr<VideoFolder>> Create(
      const VideoFolderOptions& options);

  const ClipFormat& format() const override { return options_.format; }

  // FAILED_PRECONDITION, with the last reason, when no video can be read.
  absl::StatusOr<TrainingClip> Draw(int64_t index) const override;

  int64_t skipped() const override;

  // Videos found, readable or not.
  size_t size() const { return sources_.size(); }

 private:
  VideoFolder(const VideoFolderOptions& options, VideoIndex index);

  // Opens source `source` at the first call; later ones return what was found.
  absl::StatusOr<VideoLength> Measure(size_t source) const;
  absl::StatusOr<TrainingClip> Read(const VideoSource& source,
                                    const VideoLength& length,
                                    uint64_t seed) const;
  absl::StatusOr<std::vector<RgbImage>> ReadPoses(
      const VideoSource& source, const VideoLength& length,
      const std::vector<int>& targets, const ClipCrop& crop) const;
  void Skip(size_t source, const absl::Status& reason) const;

  const VideoFolderOptions options_;
  const std::vector<VideoSource> sources_;
  const int64_t left_out_;  // by the index

  mutable Mutex mutex_;
  mutable std::vector<std::optional<absl::StatusOr<VideoLength>>> lengths_
      ABSL_GUARDED_BY(mutex_);
  mutable std::vector<bool> skipped_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_VIDEO_FOLDER_H_
