#include "server/security/file_signature.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace animate {

std::string FileSignature(const std::vector<std::string>& paths) {
  std::string signature;
  for (const std::string& path : paths) {
    struct stat file {};
    if (stat(path.c_str(), &file) != 0) {
      absl::StrAppend(&signature, "-;");
      continue;
    }
    absl::StrAppend(&signature, file.st_dev, ",", file.st_ino, ",",
                    file.st_size, ",", file.st_mtim.tv_sec, ".",
                    file.st_mtim.tv_nsec, ",", file.st_ctim.tv_sec, ".",
                    file.st_ctim.tv_nsec, ";");
  }
  return signature;
}

absl::StatusOr<std::string> ReadSecretFile(const std::string& path,
                                           int64_t max_bytes) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) {
    const absl::StatusCode code = errno == ENOENT
                                      ? absl::StatusCode::kNotFound
                                      : absl::StatusCode::kFailedPrecondition;
    return absl::Status(code, absl::StrCat(path, ": ", std::strerror(errno)));
  }
  if (!S_ISREG(file.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": is not a regular file"));
  }
  if (file.st_size > max_bytes) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": has ", file.st_size, " bytes, more than ", max_bytes));
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream contents;
  contents << stream.rdbuf();
  // An empty file sets the failure bit of `contents`, too.
  if (!stream.is_open() || stream.bad()) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": ", errno == 0 ? "cannot be read" : std::strerror(errno)));
  }
  return contents.str();
}

bool ReadableByOthers(const std::string& path) {
  struct stat file {};
  return stat(path.c_str(), &file) == 0 && (file.st_mode & S_IROTH) != 0;
}

}  // namespace animate
