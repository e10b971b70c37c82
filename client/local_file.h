#ifndef ANIMATE_CLIENT_LOCAL_FILE_H_
#define ANIMATE_CLIENT_LOCAL_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// Reads a file. Returns NOT_FOUND, or UNAVAILABLE when it cannot be read, or
// INVALID_ARGUMENT when it is empty or larger than `max_bytes`; the message
// names the path.
absl::StatusOr<std::string> ReadLocalFile(const std::string& path,
                                          int64_t max_bytes);

// Writes a file; UNAVAILABLE when that fails.
absl::Status WriteLocalFile(const std::string& path, absl::string_view bytes);

// Returns the pictures (.png, .jpg, .jpeg, .webp, any case) in a folder as
// full paths, numbers in names counting as numbers: frame_2 before frame_10.
// Returns NOT_FOUND when there is none.
absl::StatusOr<std::vector<std::string>> ListPictures(
    const std::string& folder);

// As ListPictures, for files with one of `endings` (".json", any case). `what`
// says what is missing when there is none.
absl::StatusOr<std::vector<std::string>> ListFiles(
    const std::string& folder, const std::vector<std::string>& endings,
    absl::string_view what);

// Whether `a` comes before `b` when runs of digits are compared as numbers.
bool NaturalLess(absl::string_view a, absl::string_view b);

}  // namespace animate

#endif  // ANIMATE_CLIENT_LOCAL_FILE_H_
