#include "engine/weights/weights_error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {

absl::Status WeightsError(absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, message,
                   {.reason = "MODEL_FILE_INVALID"});
}

absl::Status InFile(absl::string_view where, const absl::Status& status) {
  if (status.ok()) {
    return status;
  }
  absl::Status result(status.code(),
                      absl::StrCat(where, ": ", status.message()));
  status.ForEachPayload(
      [&result](absl::string_view type_url, const absl::Cord& payload) {
        result.SetPayload(type_url, payload);
      });
  return result;
}

}  // namespace animate
