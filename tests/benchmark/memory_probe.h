#ifndef ANIMATE_TESTS_BENCHMARK_MEMORY_PROBE_H_
#define ANIMATE_TESTS_BENCHMARK_MEMORY_PROBE_H_

#include <c10/core/Device.h>

#include <cstdint>
#include <optional>

namespace animate {

// Bytes of this process in memory now, and at most since the last reset. 0
// where the kernel does not say.
int64_t ResidentBytes();
int64_t PeakResidentBytes();

// Starts a new peak at the present value. Returns whether the kernel lets us.
bool ResetPeakResident();

// Bytes that LibTorch's allocator of `device` has handed out: at most since the
// last reset. nullopt for the CPU, which has no such account, and where
// LibTorch is too old to tell.
std::optional<int64_t> PeakDeviceBytes(const c10::Device& device);
void ResetPeakDevice(const c10::Device& device);

}  // namespace animate

#endif  // ANIMATE_TESTS_BENCHMARK_MEMORY_PROBE_H_
