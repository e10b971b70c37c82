#ifndef ANIMATE_CLIENT_ERROR_REPORT_H_
#define ANIMATE_CLIENT_ERROR_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "nlohmann/json_fwd.hpp"

namespace animate {

// Returns what a person should read about an error, lines without a final
// newline:
//   RESOURCE_EXHAUSTED (QUEUE_FULL): 8 jobs wait already
//     spec.width: must be a multiple of 8, got 500
//     try again in 12 s
std::string ErrorText(const absl::Status& status);

// Returns {"code", "reason", "message", "field_violations": [{"field",
// "description"}], "metadata": {…}, "retry_after_seconds"}; what is not known
// is left out.
nlohmann::json ErrorJson(const absl::Status& status);

}  // namespace animate

#endif  // ANIMATE_CLIENT_ERROR_REPORT_H_
