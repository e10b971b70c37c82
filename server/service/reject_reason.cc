#include "server/service/reject_reason.h"

#include <string>

#include "engine/base/error.h"

namespace animate {

RejectReason ToRejectReason(const absl::Status& why) {
  const std::string reason = GetErrorReason(why);
  if (reason == "NOT_READY") return RejectReason::kNotReady;
  if (reason == "DRAINING") return RejectReason::kDraining;
  if (reason == "SPOOL_FULL") return RejectReason::kSpoolFull;
  switch (why.code()) {
    case absl::StatusCode::kUnauthenticated:
      return RejectReason::kUnauthenticated;
    case absl::StatusCode::kDeadlineExceeded:
      return RejectReason::kDeadline;
    case absl::StatusCode::kResourceExhausted:
      return RejectReason::kQuota;
    default:
      return RejectReason::kInvalid;
  }
}

}  // namespace animate
