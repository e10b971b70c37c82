#include "engine/pipeline/device_memory.h"

#include <gtest/gtest.h>

#include "engine/tensor/device.h"

namespace animate {
namespace {

TEST(ReadDeviceMemoryTest, ACpuHasNoneOfItsOwn) {
  EXPECT_FALSE(ReadDeviceMemory("cpu").has_value());
  EXPECT_FALSE(ReadDeviceMemory("cuda:77").has_value());
  EXPECT_FALSE(ReadDeviceMemory("something").has_value());
}

TEST(ReadDeviceMemoryTest, AGpuSaysHowMuchItHas) {
  if (!ParseDevice("cuda:0").ok()) GTEST_SKIP() << "no GPU";
  const auto memory = ReadDeviceMemory("cuda:0");
  ASSERT_TRUE(memory.has_value());
  EXPECT_GT(memory->total_bytes, 0);
  EXPECT_GE(memory->total_bytes, memory->used_bytes);
  EXPECT_GE(memory->used_bytes, memory->reserved_bytes);
  EXPECT_GE(memory->reserved_bytes, memory->allocated_bytes);
}

}  // namespace
}  // namespace animate
