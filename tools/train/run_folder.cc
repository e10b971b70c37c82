#include "tools/train/run_folder.h"

#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_codec.h"
#include "engine/weights/atomic_file.h"

namespace animate {

std::string RunFolder::sheet(int64_t step) const {
  return absl::StrFormat("%s/sheets/step-%07d.png", path_, step);
}

absl::Status RunFolder::Make() const {
  for (const std::string& folder : {path_, path_ + "/sheets"}) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
      return absl::FailedPreconditionError(
          absl::StrCat(folder, ": cannot be made: ", error.message()));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteWhole(const std::string& path, absl::string_view bytes) {
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                           AtomicFile::Create(path));
  ANIMATE_RETURN_IF_ERROR(file->Write(bytes.data(), bytes.size()));
  return file->Commit();
}

absl::Status WritePng(const std::string& path, const RgbImage& image) {
  ANIMATE_ASSIGN_OR_RETURN(
      const std::string bytes,
      EncodeImage(image, {.format = EncodedImageFormat::kPng}));
  return WriteWhole(path, bytes);
}

}  // namespace animate
