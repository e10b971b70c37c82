#include "engine/dataset/picture_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "engine/dataset/dataset_file.h"
#include "engine/dataset/format_check.h"
#include "engine/dataset/sample_seed.h"
#include "engine/media/image_codec.h"

namespace animate {
namespace {

bool IsPictureName(const std::filesystem::path& path) {
  const std::string ending = absl::AsciiStrToLower(path.extension().string());
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg" ||
         ending == ".webp";
}

// Sorted, as the order decides which sample has which picture.
absl::Status AddPictures(const std::string& folder,
                         std::vector<std::string>& files) {
  std::error_code error;
  std::filesystem::recursive_directory_iterator at(
      folder, std::filesystem::directory_options::skip_permission_denied,
      error);
  if (error) {
    return absl::NotFoundError(
        absl::StrCat(folder, " is no folder: ", error.message()));
  }
  const auto first = static_cast<ptrdiff_t>(files.size());
  for (const std::filesystem::recursive_directory_iterator end;
       !error && at != end; at.increment(error)) {
    if (at->is_regular_file(error) && IsPictureName(at->path())) {
      files.push_back(at->path().string());
    }
  }
  std::sort(files.begin() + first, files.end());
  return absl::OkStatus();
}

absl::StatusOr<RgbImage> ReadPicture(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const std::string bytes, ReadDatasetFile(path));
  return DecodeImage(bytes, {.field = path, .reason = "BAD_DATASET_FILE"});
}

}  // namespace

PictureFolder::PictureFolder(const PictureFolderOptions& options,
                             std::vector<std::string> files)
    : options_(options), files_(std::move(files)), skipped_(files_.size()) {}

absl::StatusOr<std::unique_ptr<PictureFolder>> PictureFolder::Create(
    const PictureFolderOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckClipFormat(options.format));
  ANIMATE_RETURN_IF_ERROR(CheckCropOptions(options.crop));
  if (options.format.poses || options.format.consecutive) {
    return FieldError("format", "pictures have neither poses nor an order");
  }
  std::vector<std::string> files;
  for (const std::string& folder : options.folders) {
    ANIMATE_RETURN_IF_ERROR(AddPictures(folder, files));
  }
  if (files.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("no pictures in ",
                                  options.folders.empty()
                                      ? "an empty list of folders"
                                      : absl::StrJoin(options.folders, ", ")),
                     {.reason = "EMPTY_DATASET"});
  }
  // The constructor is private.
  return std::unique_ptr<PictureFolder>(
      new PictureFolder(options, std::move(files)));
}

int64_t PictureFolder::skipped() const {
  const MutexLock lock(mutex_);
  return std::count(skipped_.begin(), skipped_.end(), true);
}

void PictureFolder::Skip(size_t file, const absl::Status& reason) const {
  {
    const MutexLock lock(mutex_);
    if (skipped_[file]) return;
    skipped_[file] = true;
  }
  Log(LogSeverity::kWarning, "picture_skipped",
      {{"picture", files_[file]}, {"reason", reason.message()}});
}

absl::StatusOr<RgbImage> PictureFolder::DrawPicture(SynthRandom& random) const {
  const size_t first = random.Index(files_.size());
  absl::Status reason;
  for (size_t i = 0; i < files_.size(); ++i) {
    const size_t file = (first + i) % files_.size();
    const absl::StatusOr<RgbImage> picture = ReadPicture(files_[file]);
    if (!picture.ok()) {
      reason = picture.status();
      Skip(file, reason);
      continue;
    }
    const PictureSize format = {.width = options_.format.width,
                                .height = options_.format.height};
    const ClipCrop crop = ChooseCrop(
        options_.crop, {.width = picture->width, .height = picture->height},
        format, random);
    return CropPicture(*picture, crop, format, options_.crop.filter);
  }
  return absl::FailedPreconditionError(
      absl::StrCat("none of ", files_.size(),
                   " pictures can be read; the last: ", reason.message()));
}

absl::StatusOr<TrainingClip> PictureFolder::Draw(int64_t index) const {
  TrainingClip clip{.index = index, .seed = SampleSeed(options_.seed, index)};
  SynthRandom random(clip.seed);
  clip.source = absl::StrCat("pictures ", index);
  ANIMATE_ASSIGN_OR_RETURN(clip.reference, DrawPicture(random));
  for (int i = 0; i < options_.format.frames; ++i) {
    ANIMATE_ASSIGN_OR_RETURN(RgbImage picture, DrawPicture(random));
    clip.frames.push_back(std::move(picture));
  }
  return clip;
}

}  // namespace animate
