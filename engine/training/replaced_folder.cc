#include "engine/training/replaced_folder.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

// Puts `fresh` at `path`; what was there is removed.
absl::Status TakePlace(const std::string& fresh, const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    fs::rename(fresh, path, error);
  } else if (renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, path.c_str(),
                       RENAME_EXCHANGE) == 0) {
    fs::remove_all(fresh, error);
    return absl::OkStatus();
  } else {
    // A file system that cannot exchange two names.
    const std::string earlier = absl::StrCat(path, ".earlier");
    fs::remove_all(earlier, error);
    fs::rename(path, earlier, error);
    if (!error) fs::rename(fresh, path, error);
    std::error_code ignored;
    if (!error) fs::remove_all(earlier, ignored);
  }
  if (!error) return absl::OkStatus();
  return absl::ErrnoToStatus(error.value(), absl::StrCat("rename to ", path));
}

}  // namespace

absl::Status WriteReplacedFolder(
    const std::string& path, uint64_t needed_bytes,
    absl::FunctionRef<absl::Status(const AtomicFolder&)> fill) {
  std::string name = path;
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  const std::string fresh = absl::StrCat(name, ".next");
  std::error_code error;
  fs::remove_all(fresh, error);  // of a process that was killed
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFolder> folder,
                           AtomicFolder::Create(fresh, needed_bytes));
  ANIMATE_RETURN_IF_ERROR(fill(*folder));
  ANIMATE_RETURN_IF_ERROR(folder->Commit());
  return TakePlace(fresh, name);
}

}  // namespace animate
