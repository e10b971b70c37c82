#include "tests/benchmark/memory_probe.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/string_view.h"

// The first version with an account of every device that needs no link to it.
#if __has_include(<torch/headeronly/version.h>)
#include <c10/core/CachingDeviceAllocator.h>
#define ANIMATE_BENCH_HAS_DEVICE_ALLOCATOR 1
#endif

namespace animate {
namespace {

// The value of `field` of /proc/self/status, which is in KiB, in bytes.
int64_t StatusBytes(absl::string_view field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string name;
    int64_t kib = 0;
    if (words >> name >> kib && name == field) return kib * 1024;
  }
  return 0;
}

}  // namespace

int64_t ResidentBytes() { return StatusBytes("VmRSS:"); }

int64_t PeakResidentBytes() { return StatusBytes("VmHWM:"); }

bool ResetPeakResident() {
  std::ofstream clear_refs("/proc/self/clear_refs");
  clear_refs << "5" << std::flush;
  return clear_refs.good();
}

#ifdef ANIMATE_BENCH_HAS_DEVICE_ALLOCATOR

std::optional<int64_t> PeakDeviceBytes(const c10::Device& device) {
  if (device.is_cpu()) return std::nullopt;
  return c10::getDeviceAllocator(device.type())
      ->getDeviceStats(device.index())
      .allocated_bytes[0]
      .peak;
}

void ResetPeakDevice(const c10::Device& device) {
  if (device.is_cpu()) return;
  c10::getDeviceAllocator(device.type())->resetPeakStats(device.index());
}

#else

std::optional<int64_t> PeakDeviceBytes(const c10::Device&) {
  return std::nullopt;
}

void ResetPeakDevice(const c10::Device&) {}

#endif

}  // namespace animate
