#include "engine/dataset/motion_library.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

// Sorted, as the order decides which sample has which motion.
std::vector<std::filesystem::path> FilesOf(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end;
       !error && at != end; at.increment(error)) {
    if (at->is_regular_file(error)) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

absl::StatusOr<MotionLibrary> MotionLibrary::Open(
    const std::vector<std::string>& entries) {
  MotionLibrary library;
  for (const std::string& entry : entries) {
    ANIMATE_RETURN_IF_ERROR(library.Add(entry));
  }
  if (library.motions_.empty()) {
    return FieldError("motions", "must name at least one motion");
  }
  return library;
}

absl::Status MotionLibrary::Add(const std::string& entry) {
  if (entry == "all") {
    for (const std::string& name : MotionNames()) {
      motions_.push_back({.name = name, .recorded = std::nullopt});
    }
    return absl::OkStatus();
  }
  std::error_code error;
  if (std::filesystem::is_directory(entry, error)) {
    AddFolder(entry);
    return absl::OkStatus();
  }
  ANIMATE_ASSIGN_OR_RETURN(CharacterMotion motion,
                           CharacterMotion::Open(entry));
  const auto& names = MotionNames();
  if (std::find(names.begin(), names.end(), entry) != names.end()) {
    motions_.push_back({.name = entry, .recorded = std::nullopt});
  } else {
    motions_.push_back({.name = std::filesystem::path(entry).stem().string(),
                        .recorded = std::move(motion)});
  }
  return absl::OkStatus();
}

void MotionLibrary::AddFolder(const std::string& folder) {
  for (const std::filesystem::path& file : FilesOf(folder)) {
    absl::StatusOr<CharacterMotion> motion =
        CharacterMotion::Open(file.string());
    if (motion.ok()) {
      motions_.push_back(
          {.name = file.stem().string(), .recorded = *std::move(motion)});
    } else {
      ++skipped_;
    }
  }
}

CharacterMotion MotionLibrary::Get(size_t index, uint64_t seed) const {
  const Entry& entry = motions_[index];
  if (entry.recorded.has_value()) return *entry.recorded;
  return *CharacterMotion::Named(entry.name, seed);
}

}  // namespace animate
