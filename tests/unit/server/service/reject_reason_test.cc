#include "server/service/reject_reason.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"

namespace animate {
namespace {

RejectReason ReasonOfError(absl::StatusCode code, const std::string& reason) {
  return ToRejectReason(MakeError(code, "refused", {.reason = reason}));
}

TEST(RejectReasonTest, TellsOurFullnessFromTheCallersFaults) {
  using Code = absl::StatusCode;
  EXPECT_EQ(ReasonOfError(Code::kUnavailable, "NOT_READY"),
            RejectReason::kNotReady);
  EXPECT_EQ(ReasonOfError(Code::kUnavailable, "DRAINING"),
            RejectReason::kDraining);
  EXPECT_EQ(ReasonOfError(Code::kResourceExhausted, "SPOOL_FULL"),
            RejectReason::kSpoolFull);
  EXPECT_EQ(ReasonOfError(Code::kResourceExhausted, "OTHER"),
            RejectReason::kQuota);
  EXPECT_EQ(ReasonOfError(Code::kUnauthenticated, "UNAUTHENTICATED"),
            RejectReason::kUnauthenticated);
  EXPECT_EQ(ReasonOfError(Code::kDeadlineExceeded, "UPLOAD_TIMEOUT"),
            RejectReason::kDeadline);
  EXPECT_EQ(ReasonOfError(Code::kInvalidArgument, "BAD_SIZE"),
            RejectReason::kInvalid);
}

}  // namespace
}  // namespace animate
