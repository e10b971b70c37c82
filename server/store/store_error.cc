#include "server/store/store_error.h"

#include <cerrno>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {

absl::Status NoSuchJobError(absl::string_view name) {
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("no job \"", name, "\""),
                   {.reason = "JOB_NOT_FOUND"});
}

absl::Status JobExistsError(absl::string_view name) {
  return MakeError(
      absl::StatusCode::kAlreadyExists,
      absl::StrCat("this request was made before: it is job \"", name, "\""),
      {.reason = "REQUEST_ID_REUSED",
       .metadata = {{"job", std::string(name)}}});
}

absl::Status InputsGoneError(absl::string_view name) {
  return absl::FailedPreconditionError(
      absl::StrCat(name, " has ended: its inputs are gone"));
}

absl::Status FrameOrderError(absl::string_view name, int index, int want) {
  return absl::FailedPreconditionError(
      absl::StrCat(name, ": frame ", index, " was stored, want ", want));
}

absl::Status FrameRangeError(absl::string_view name, int index, int frames) {
  return absl::OutOfRangeError(
      absl::StrCat(name, ": frame ", index, " is not in [0, ", frames, ")"));
}

absl::Status StoreCorruptError(absl::string_view where,
                               absl::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, absl::StrCat(where, ": ", what),
                   {.reason = "STORE_CORRUPT"});
}

absl::Status StoreFailedError(absl::string_view where, absl::string_view what) {
  return MakeError(absl::StatusCode::kUnavailable,
                   absl::StrCat(where, ": ", what), {.reason = "STORE_FAILED"});
}

absl::Status StoreSyncError(absl::string_view where, absl::string_view what) {
  return MakeError(
      absl::StatusCode::kUnavailable, absl::StrCat(where, ": ", what),
      {.reason = "STORE_FAILED", .metadata = {{"operation", "sync"}}});
}

absl::Status StoreFullError(absl::string_view where) {
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat(where, ": no space left on the disk"),
                   {.reason = "SPOOL_FULL"});
}

absl::Status StoreErrnoError(absl::string_view path, absl::string_view what,
                             int error) {
  if (error == ENOSPC || error == EDQUOT) return StoreFullError(path);
  const std::string text = absl::StrCat("cannot ", what, ": ",
                                        std::generic_category().message(error));
  return what == "sync" ? StoreSyncError(path, text)
                        : StoreFailedError(path, text);
}

}  // namespace animate
