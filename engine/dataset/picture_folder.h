#ifndef ANIMATE_ENGINE_DATASET_PICTURE_FOLDER_H_
#define ANIMATE_ENGINE_DATASET_PICTURE_FOLDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "engine/base/mutex.h"
#include "engine/dataset/clip_crop.h"
#include "engine/dataset/training_clip.h"
#include "engine/synth/synth_random.h"

namespace animate {

struct PictureFolderOptions {
  // Sides in [32, 2048], frames in [1, 1000]; neither consecutive nor poses.
  ClipFormat format = {.poses = false};

  // Folders, searched in depth for PNG, JPEG and WebP by the endings of names.
  std::vector<std::string> folders;

  // Chosen for each picture by itself.
  ClipCropOptions crop;

  uint64_t seed = 0;
};

// Pictures that have nothing to do with each other, for the VAE: a sample's
// reference and frames are any of them. Pictures that cannot be read are logged
// once, counted, and others taken in their place. Thread-safe.
class PictureFolder : public ClipDataset {
 public:
  // Returns INVALID_ARGUMENT for options out of range and when there is no
  // picture, NOT_FOUND for a folder that does not exist.
  static absl::StatusOr<std::unique_ptr<PictureFolder>> Create(
      const PictureFolderOptions& options);

  const ClipFormat& format() const override { return options_.format; }

  // FAILED_PRECONDITION, with the last reason, when no picture can be read.
  absl::StatusOr<TrainingClip> Draw(int64_t index) const override;

  int64_t skipped() const override;

  // Pictures found, readable or not.
  size_t size() const { return files_.size(); }

 private:
  PictureFolder(const PictureFolderOptions& options,
                std::vector<std::string> files);

  absl::StatusOr<RgbImage> DrawPicture(SynthRandom& random) const;
  void Skip(size_t file, const absl::Status& reason) const;

  const PictureFolderOptions options_;
  const std::vector<std::string> files_;

  mutable Mutex mutex_;
  mutable std::vector<bool> skipped_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_PICTURE_FOLDER_H_
