#ifndef ANIMATE_ENGINE_WEIGHTS_ATOMIC_FOLDER_H_
#define ANIMATE_ENGINE_WEIGHTS_ATOMIC_FOLDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// A folder that appears under its name only when it is complete: filled beside
// it under a temporary name, then renamed. Thread-compatible.
class AtomicFolder {
 public:
  // ALREADY_EXISTS when `path` is there and is not an empty folder;
  // RESOURCE_EXHAUSTED when less than `needed_bytes` are free on its disk;
  // otherwise what errno says.
  static absl::StatusOr<std::unique_ptr<AtomicFolder>> Create(
      const std::string& path, uint64_t needed_bytes);

  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;
  // Removes the temporary folder and everything in it unless committed.
  ~AtomicFolder();

  // Returns where to write the file called `name` ("vae/config.json"); makes
  // the folders it needs.
  absl::StatusOr<std::string> PathFor(absl::string_view name) const;

  // Renames. Call once, last.
  absl::Status Commit();

 private:
  AtomicFolder(std::string path, std::string temporary_path)
      : path_(std::move(path)), temporary_path_(std::move(temporary_path)) {}

  const std::string path_;
  const std::string temporary_path_;
  bool committed_ = false;
};

// RESOURCE_EXHAUSTED, naming both numbers, when less than `needed_bytes` are
// free where `path` is or would be. OK where that cannot be found out.
absl::Status CheckFreeSpace(const std::string& path, uint64_t needed_bytes);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_ATOMIC_FOLDER_H_
