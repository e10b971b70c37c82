#include "server/store/store_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "server/store/store_error.h"

namespace animate {
namespace {

absl::Status NotWritableError(const std::string& path, int error) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(path, ": the store cannot be written: ",
                                std::generic_category().message(error)),
                   {.reason = "STORE_NOT_WRITABLE"});
}

absl::Status LockedError(const std::string& path) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(path, ": another server has this store open"),
                   {.reason = "STORE_LOCKED"});
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreFolder>> StoreFolder::Open(
    const std::string& path) {
  const std::string spool = absl::StrCat(path, "/spool");
  std::error_code error;
  std::filesystem::create_directories(spool, error);
  if (error) return NotWritableError(spool, error.value());
  const std::string lock = absl::StrCat(path, "/lock");
  const int lock_file = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_file < 0) return NotWritableError(lock, errno);
  if (flock(lock_file, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    close(lock_file);
    if (reason == EWOULDBLOCK) return LockedError(path);
    return NotWritableError(lock, reason);
  }
  const int spool_folder =
      open(spool.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (spool_folder < 0 || access(spool.c_str(), W_OK) != 0) {
    const int reason = errno;
    if (spool_folder >= 0) close(spool_folder);
    close(lock_file);
    return NotWritableError(spool, reason);
  }
  return std::unique_ptr<StoreFolder>(
      new StoreFolder(path, lock_file, spool_folder));
}

StoreFolder::~StoreFolder() {
  close(spool_folder_);
  close(lock_file_);
}

std::string StoreFolder::database_path() const {
  return absl::StrCat(path_, "/jobs.sqlite");
}

std::string StoreFolder::SpoolPath(absl::string_view file) const {
  return absl::StrCat(path_, "/spool/", file);
}

absl::Status StoreFolder::SyncSpool() const {
  if (fsync(spool_folder_) != 0) {
    return StoreErrnoError(SpoolPath(""), "sync", errno);
  }
  return absl::OkStatus();
}

void StoreFolder::RemoveSpoolFile(absl::string_view file) const {
  if (file.empty()) return;  // that would be the folder, once it is empty
  std::error_code ignored;
  std::filesystem::remove(SpoolPath(file), ignored);
}

absl::StatusOr<int> StoreFolder::RemoveOrphans(
    const std::set<std::string>& wanted) const {
  std::error_code error;
  std::filesystem::directory_iterator entry(SpoolPath(""), error);
  int removed = 0;
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (wanted.count(name) != 0) continue;
    RemoveSpoolFile(name);
    ++removed;
  }
  if (error) return StoreErrnoError(SpoolPath(""), "list", error.value());
  return removed;
}

absl::StatusOr<int64_t> StoreFolder::FreeBytes() const {
  struct statvfs status = {};
  if (fstatvfs(spool_folder_, &status) != 0) {
    return StoreErrnoError(SpoolPath(""), "stat", errno);
  }
  return static_cast<int64_t>(status.f_bavail * status.f_frsize);
}

}  // namespace animate
