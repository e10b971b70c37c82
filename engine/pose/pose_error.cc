#include "engine/pose/pose_error.h"

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {

absl::Status PoseError(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, message,
                   {.reason = "BAD_POSE_INPUT"});
}

absl::Status PoseErrorAt(absl::string_view where, const absl::Status& status) {
  absl::Status located(status.code(),
                       absl::StrCat(where, ": ", status.message()));
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    located.SetPayload(type, payload);
  });
  return located;
}

}  // namespace animate
