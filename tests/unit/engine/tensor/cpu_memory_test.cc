#include "engine/tensor/cpu_memory.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

#include "absl/strings/match.h"

namespace animate {
namespace {

// Before main, as LibTorch looks at its first allocation.
[[maybe_unused]] const bool kUsed = [] {
  UseHugePages();
  return true;
}();

// The line "VmFlags: …" of the mapping that holds `address`; "" when the system
// does not say.
std::string FlagsOf(uintptr_t address) {
  std::ifstream smaps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(smaps, line);) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " ", &begin, &end) ==
        2) {
      inside = begin <= address && address < end;
    }
    if (inside && absl::StartsWith(line, "VmFlags:")) return line + " ";
  }
  return "";
}

TEST(CpuMemoryTest, LargeTensorsLieOnHugePages) {
  const at::Tensor tensor = at::zeros({64, 1 << 20}, at::kByte);
  // Past the first pages, which belong to the mapping before.
  const auto middle =
      reinterpret_cast<uintptr_t>(tensor.data_ptr()) + (32U << 20);
  const std::string flags = FlagsOf(middle);
  if (flags.empty()) GTEST_SKIP() << "no /proc/self/smaps with VmFlags here";
  std::ifstream huge_pages("/sys/kernel/mm/transparent_hugepage/enabled");
  if (!huge_pages) GTEST_SKIP() << "no huge pages here";
  EXPECT_TRUE(absl::StrContains(flags, " hg ")) << flags;
}

}  // namespace
}  // namespace animate
