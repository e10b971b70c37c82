#ifndef ANIMATE_ENGINE_DETECTOR_NETWORK_FILE_H_
#define ANIMATE_ENGINE_DETECTOR_NETWORK_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// A network in models/detector.
struct NetworkFile {
  absl::string_view name;    // the file is <name>.onnx.gz
  size_t size;               // bytes, inflated
  absl::string_view sha256;  // of the inflated file, lower-case hex
};

// Returns the inflated file. FAILED_PRECONDITION with reason
// POSE_DETECTOR_MISSING when it is not there, POSE_DETECTOR_DAMAGED when size
// or checksum differ.
absl::StatusOr<std::string> ReadNetworkFile(const std::string& folder,
                                            const NetworkFile& file);

// The two errors. `message` says what to do.
absl::Status DetectorMissing(absl::string_view message);
absl::Status DetectorDamaged(absl::string_view message);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_NETWORK_FILE_H_
