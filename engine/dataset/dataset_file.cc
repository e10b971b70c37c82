#include "engine/dataset/dataset_file.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {

absl::Status BadDatasetFile(const std::string& path, absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat(path, ": ", what),
                   {.reason = "BAD_DATASET_FILE"});
}

absl::StatusOr<std::string> ReadDatasetFile(const std::string& path) {
  constexpr uintmax_t kMaxBytes = uintmax_t{2} << 30U;
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return BadDatasetFile(path, "cannot be opened");
  if (size > kMaxBytes) return BadDatasetFile(path, "is larger than 2 GiB");
  std::string bytes(static_cast<size_t>(size), '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) {
    return BadDatasetFile(path, "cannot be read");
  }
  return bytes;
}

}  // namespace animate
