#include "engine/tensor/torch_status.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>

#include "engine/base/error.h"

namespace animate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(CallTorchTest, ReturnsTheValue) {
  const absl::StatusOr<int> result = CallTorch("count", [] { return 3; });
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(*result, 3);
}

TEST(CallTorchTest, VoidBecomesOk) {
  EXPECT_TRUE(CallTorch("nothing", [] {}).ok());
}

TEST(CallTorchTest, StatusesPassThrough) {
  EXPECT_EQ(CallTorch("x", [] { return absl::AbortedError("stop"); }),
            absl::AbortedError("stop"));
  const absl::StatusOr<int> result = CallTorch(
      "x", []() -> absl::StatusOr<int> { return absl::AbortedError("stop"); });
  EXPECT_EQ(result.status(), absl::AbortedError("stop"));
}

TEST(CallTorchTest, TorchErrorsBecomeInternalWithoutBacktrace) {
  const absl::StatusOr<at::Tensor> result = CallTorch("multiply", [] {
    return at::matmul(at::ones({2, 3}), at::ones({2, 3}));
  });
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInternal);
  const std::string message(result.status().message());
  EXPECT_THAT(message, StartsWith("multiply: "));
  EXPECT_THAT(message, HasSubstr("2x3"));
  EXPECT_THAT(message, Not(HasSubstr("frame #")));
}

TEST(CallTorchTest, GpuOutOfMemoryIsResourceExhausted) {
  const absl::Status status = CallTorch("denoise", [] {
    TORCH_CHECK_WITH(OutOfMemoryError, false, "tried to allocate 9 GiB");
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorReason(status), "GPU_OOM");
  EXPECT_THAT(std::string(status.message()), HasSubstr("9 GiB"));
}

TEST(CallTorchTest, HostOutOfMemoryIsResourceExhausted) {
  const absl::Status status = CallTorch("load", [] { throw std::bad_alloc(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorReason(status), "HOST_OOM");
  const absl::Status allocator = CallTorch("load", [] {
    TORCH_CHECK(false, "DefaultCPUAllocator: can't allocate memory");
  });
  EXPECT_EQ(GetErrorReason(allocator), "HOST_OOM");
}

TEST(CallTorchTest, OtherExceptionsBecomeInternal) {
  EXPECT_EQ(CallTorch("x", [] { throw std::runtime_error("odd"); }),
            absl::InternalError("x: odd"));
  EXPECT_EQ(CallTorch("x", [] { throw 1; }),
            absl::InternalError("x: unknown exception"));
}

}  // namespace
}  // namespace animate
