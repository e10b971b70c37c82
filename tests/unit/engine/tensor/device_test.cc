#include "engine/tensor/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(DeviceTest, CpuIsAlwaysThereAndFirst) {
  ASSERT_FALSE(ListDevices().empty());
  EXPECT_EQ(ListDevices().front(), "cpu");
}

TEST(DeviceTest, ParsesCpu) {
  const absl::StatusOr<c10::Device> device = ParseDevice("cpu");
  ASSERT_TRUE(device.ok());
  EXPECT_TRUE(device->is_cpu());
  EXPECT_EQ(DeviceName(*device), "cpu");
}

TEST(DeviceTest, AutoTakesTheFirstGpuOrTheCpu) {
  const absl::StatusOr<c10::Device> device = ParseDevice("auto");
  ASSERT_TRUE(device.ok());
  EXPECT_EQ(DeviceName(*device), ListDevices().size() > 1 ? "cuda:0" : "cpu");
}

TEST(DeviceTest, AnAbsentGpuIsNamedWithTheDevicesThereAre) {
  const absl::StatusOr<c10::Device> device = ParseDevice("cuda:100");
  EXPECT_EQ(device.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(device.status().message()),
              HasSubstr("this machine has: cpu"));
}

TEST(DeviceTest, RejectsOtherWords) {
  for (const char* name : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cpu:0"}) {
    EXPECT_EQ(ParseDevice(name).status().code(),
              absl::StatusCode::kInvalidArgument)
        << name;
  }
}

TEST(DeviceTest, ParsesDtypes) {
  const c10::Device cpu(c10::kCPU);
  EXPECT_EQ(*ParseDtype("float32", cpu), c10::kFloat);
  EXPECT_EQ(*ParseDtype("bfloat16", cpu), c10::kBFloat16);
  EXPECT_EQ(*ParseDtype("float16", cpu), c10::kHalf);
  EXPECT_EQ(ParseDtype("half", cpu).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(DeviceTest, AutoDtypeDependsOnTheDevice) {
  EXPECT_EQ(*ParseDtype("auto", c10::Device(c10::kCPU)), c10::kFloat);
  EXPECT_EQ(*ParseDtype("auto", c10::Device(c10::kCUDA, 0)), c10::kHalf);
}

TEST(DeviceTest, DtypeNamesAreThoseItParses) {
  for (const char* name : {"float32", "bfloat16", "float16"}) {
    EXPECT_EQ(DtypeName(*ParseDtype(name, c10::Device(c10::kCPU))), name);
  }
}

TEST(DeviceTest, LoadingCudaTwiceSaysTheSame) {
  const absl::Status first = LoadCudaRuntime();
  EXPECT_EQ(LoadCudaRuntime(), first);
  if (!first.ok()) {
    EXPECT_EQ(first.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(first.message()), HasSubstr("cannot be opened: "));
  }
}

}  // namespace
}  // namespace animate
