#include "engine/weights/weights_error.h"

#include <gmock/gmock.h>

#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

TEST(WeightsErrorTest, IsAFailedPreconditionWithItsReason) {
  const absl::Status status = WeightsError("too short");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(status), "MODEL_FILE_INVALID");
  EXPECT_EQ(status.message(), "too short");
}

TEST(InFileTest, PutsThePlaceBeforeTheMessageAndKeepsTheRest) {
  const absl::Status status = InFile("a.pth", WeightsError("too short"));
  EXPECT_EQ(status.message(), "a.pth: too short");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(status), "MODEL_FILE_INVALID");
}

TEST(InFileTest, LeavesOkAlone) {
  EXPECT_THAT(InFile("a.pth", absl::OkStatus()), IsOk());
}

}  // namespace
}  // namespace animate
