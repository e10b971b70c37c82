#ifndef ANIMATE_ENGINE_POSE_ZIP_ARCHIVE_H_
#define ANIMATE_ENGINE_POSE_ZIP_ARCHIVE_H_

#include <cstddef>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// Returns the files of a ZIP archive by name: stored or deflated, without
// encryption, spanning or ZIP64 (what NumPy writes below 4 GiB). Returns
// INVALID_ARGUMENT when the archive is something else, is damaged (checksums
// are compared), has more than 100 files or more than `max_bytes` unpacked.
absl::StatusOr<std::map<std::string, std::string>> ReadZip(
    absl::string_view bytes, size_t max_bytes);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_ZIP_ARCHIVE_H_
