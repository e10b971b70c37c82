#ifndef ANIMATE_SERVER_SECURITY_FILE_SIGNATURE_H_
#define ANIMATE_SERVER_SECURITY_FILE_SIGNATURE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace animate {

// Returns something that differs once one of the files has been replaced,
// written to, removed or made: whether it is worth reading them again. Follows
// symbolic links, by which secrets are swapped in containers. Cheap.
std::string FileSignature(const std::vector<std::string>& paths);

// Returns the contents of a small file. NOT_FOUND or FAILED_PRECONDITION,
// naming the file and why; also when it has more than `max_bytes`.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path,
                                           int64_t max_bytes);

// Whether everybody on this machine may read the file.
bool ReadableByOthers(const std::string& path);

}  // namespace animate

#endif  // ANIMATE_SERVER_SECURITY_FILE_SIGNATURE_H_
