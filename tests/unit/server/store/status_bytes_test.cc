#include "server/store/status_bytes.h"

#include <optional>
#include <string>

#include "engine/base/error.h"
#include "gtest/gtest.h"

namespace animate {
namespace {

TEST(StatusBytesTest, OkSurvives) {
  EXPECT_EQ(*StatusFromBytes(StatusToBytes(absl::OkStatus())),
            absl::OkStatus());
}

TEST(StatusBytesTest, DetailsSurvive) {
  ErrorDetails details;
  details.reason = "GPU_OOM";
  details.retry_after = absl::Seconds(7);
  details.metadata = {{"bytes", "12"}};
  const absl::Status status = MakeError(absl::StatusCode::kResourceExhausted,
                                        "no memory: \xC3\xA9", details);
  const auto back = StatusFromBytes(StatusToBytes(status));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, status);
  EXPECT_EQ(GetErrorDetails(*back)->retry_after, absl::Seconds(7));
  EXPECT_EQ(GetErrorDetails(*back)->metadata, details.metadata);
}

TEST(StatusBytesTest, NothingCutShortIsTaken) {
  const std::string bytes = StatusToBytes(FieldError("spec.width", "is 0"));
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto status = StatusFromBytes(bytes.substr(0, size));
    // Cut between message and payload it is a status without details.
    if (status.has_value()) {
      EXPECT_EQ(GetErrorReason(*status), "") << size;
    }
  }
}

TEST(StatusBytesTest, AnUnknownCodeIsRefused) {
  std::string bytes = StatusToBytes(absl::InternalError("x"));
  bytes[0] = 99;
  EXPECT_EQ(StatusFromBytes(bytes), std::nullopt);
}

}  // namespace
}  // namespace animate
