#ifndef ANIMATE_ENGINE_WEIGHTS_WEIGHTS_ERROR_H_
#define ANIMATE_ENGINE_WEIGHTS_WEIGHTS_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace animate {

// Returns FAILED_PRECONDITION with reason MODEL_FILE_INVALID: the file is not
// what its format promises. `message` says what, then values.
absl::Status WeightsError(absl::string_view message);

// Returns `status` with "<where>: " before its message; code and details stay.
// OK stays OK.
absl::Status InFile(absl::string_view where, const absl::Status& status);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_WEIGHTS_ERROR_H_
