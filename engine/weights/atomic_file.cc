#include "engine/weights/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"

namespace animate {
namespace {

constexpr size_t kMaxWrite = size_t{1} << 30;

// Makes the rename itself survive a power cut.
void SyncFolderOf(const std::string& path) {
  const std::string folder =
      (std::filesystem::path(path).parent_path() / ".").string();
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file >= 0) {
    fsync(file);
    close(file);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(
    const std::string& path) {
  static std::atomic<int> counter = 0;
  std::string temporary_path =
      absl::StrCat(path, ".partial-", getpid(), "-", counter.fetch_add(1));
  const int file = open(temporary_path.c_str(),
                        O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("create ", path));
  }
  return std::unique_ptr<AtomicFile>(
      new AtomicFile(path, std::move(temporary_path), file));
}

AtomicFile::~AtomicFile() {
  if (file_ >= 0) {
    close(file_);
    unlink(temporary_path_.c_str());
  }
}

absl::Status AtomicFile::Error(const char* what, int error) const {
  return absl::ErrnoToStatus(error, absl::StrCat(what, " ", path_));
}

absl::Status AtomicFile::Write(const void* data, size_t size) {
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written =
        write(file_, next, size < kMaxWrite ? size : kMaxWrite);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return Error("write", errno);
    }
    next += written;
    size -= static_cast<size_t>(written);
  }
  return absl::OkStatus();
}

absl::Status AtomicFile::Commit() {
  if (fsync(file_) != 0) {
    return Error("sync", errno);
  }
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return Error("rename", errno);
  }
  close(file_);
  file_ = -1;
  SyncFolderOf(path_);
  return absl::OkStatus();
}

}  // namespace animate
