#ifndef ANIMATE_ENGINE_WEIGHTS_ATOMIC_FILE_H_
#define ANIMATE_ENGINE_WEIGHTS_ATOMIC_FILE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace animate {

// A file that appears under its name only when it is complete: written beside
// it under a temporary name, synced, renamed. Whoever reads or maps the old
// file keeps it. Without Commit, also after a crash, the old file stays.
// Thread-compatible.
class AtomicFile {
 public:
  // NOT_FOUND when the folder is missing, PERMISSION_DENIED, or what errno
  // says.
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(
      const std::string& path);

  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  // Removes the temporary file unless committed.
  ~AtomicFile();

  // Appends; RESOURCE_EXHAUSTED when the disk is full.
  absl::Status Write(const void* data, size_t size);

  // Syncs and renames. Call once, last.
  absl::Status Commit();

 private:
  AtomicFile(std::string path, std::string temporary_path, int file)
      : path_(std::move(path)),
        temporary_path_(std::move(temporary_path)),
        file_(file) {}

  absl::Status Error(const char* what, int error) const;

  const std::string path_;
  const std::string temporary_path_;
  int file_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_ATOMIC_FILE_H_
