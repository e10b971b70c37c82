#ifndef ANIMATE_SERVER_STORE_INPUTS_SPOOL_H_
#define ANIMATE_SERVER_STORE_INPUTS_SPOOL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "server/queue/job_store.h"

namespace animate {

// Writes `inputs` to a new spool file at `path` and syncs it; returns its size.
// Record 0 is the number of parts, the others are the parts.
absl::StatusOr<int64_t> WriteInputs(const std::string& path,
                                    const StoredInputs& inputs);

// The reverse. STORE_CORRUPT when the file is not what was written.
absl::StatusOr<StoredInputs> ReadInputsFile(const std::string& path);

}  // namespace animate

#endif  // ANIMATE_SERVER_STORE_INPUTS_SPOOL_H_
