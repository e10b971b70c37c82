#include "engine/weights/atomic_folder.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

absl::Status FolderError(absl::string_view what, const std::string& path,
                         const std::error_code& error) {
  return absl::ErrnoToStatus(error.value(), absl::StrCat(what, " ", path));
}

}  // namespace

absl::Status CheckFreeSpace(const std::string& path, uint64_t needed_bytes) {
  fs::path existing = fs::absolute(path);
  std::error_code error;
  while (!fs::exists(existing, error) && existing.has_relative_path()) {
    existing = existing.parent_path();
  }
  const fs::space_info space = fs::space(existing, error);
  if (error || space.available >= needed_bytes) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrFormat("%s: needs %.2f GB, its disk has %.2f GB free", path,
                      static_cast<double>(needed_bytes) / 1e9,
                      static_cast<double>(space.available) / 1e9),
      {.reason = "DISK_FULL"});
}

absl::StatusOr<std::unique_ptr<AtomicFolder>> AtomicFolder::Create(
    const std::string& path, uint64_t needed_bytes) {
  std::string name = path;
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  std::error_code error;
  if (fs::exists(name, error) &&
      !(fs::is_directory(name, error) && fs::is_empty(name, error))) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     absl::StrCat(name, ": already there; nothing is replaced"),
                     {.reason = "OUTPUT_EXISTS"});
  }
  ANIMATE_RETURN_IF_ERROR(CheckFreeSpace(name, needed_bytes));
  std::string temporary_path = absl::StrCat(name, ".partial-", getpid());
  fs::create_directories(temporary_path, error);
  if (error) return FolderError("create", temporary_path, error);
  return std::unique_ptr<AtomicFolder>(
      new AtomicFolder(std::move(name), std::move(temporary_path)));
}

AtomicFolder::~AtomicFolder() {
  std::error_code error;
  if (!committed_) fs::remove_all(temporary_path_, error);
}

absl::StatusOr<std::string> AtomicFolder::PathFor(
    absl::string_view name) const {
  const fs::path path = fs::path(temporary_path_) / std::string(name);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return FolderError("create", path.parent_path().string(), error);
  return path.string();
}

absl::Status AtomicFolder::Commit() {
  std::error_code error;
  fs::rename(temporary_path_, path_, error);
  if (error) return FolderError("rename to", path_, error);
  committed_ = true;
  return absl::OkStatus();
}

}  // namespace animate
