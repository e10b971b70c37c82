#ifndef ANIMATE_ENGINE_DATASET_DATASET_FILE_H_
#define ANIMATE_ENGINE_DATASET_DATASET_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// INVALID_ARGUMENT with reason BAD_DATASET_FILE: "PATH: WHAT".
absl::Status BadDatasetFile(const std::string& path, absl::string_view what);

// Returns the bytes of a file of at most 2 GiB; BadDatasetFile otherwise.
absl::StatusOr<std::string> ReadDatasetFile(const std::string& path);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_DATASET_FILE_H_
