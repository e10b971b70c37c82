#include "engine/pipeline/device_memory.h"

#include <c10/core/CachingDeviceAllocator.h>

#include <utility>

#include "engine/tensor/device.h"
#include "engine/tensor/torch_status.h"

namespace animate {

std::optional<DeviceMemory> ReadDeviceMemory(const std::string& device) {
  const absl::StatusOr<c10::Device> parsed = ParseDevice(device);
  if (!parsed.ok() || parsed->is_cpu()) return std::nullopt;
  const absl::StatusOr<DeviceMemory> memory =
      CallTorch("device memory", [&parsed]() -> DeviceMemory {
        constexpr auto kAll =
            static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
        c10::DeviceAllocator& allocator =
            *c10::getDeviceAllocator(parsed->type());
        const std::pair<size_t, size_t> free_and_total =
            allocator.getMemoryInfo(parsed->index());
        const auto stats = allocator.getDeviceStats(parsed->index());
        return {.total_bytes = static_cast<int64_t>(free_and_total.second),
                .used_bytes = static_cast<int64_t>(free_and_total.second -
                                                   free_and_total.first),
                .allocated_bytes = stats.allocated_bytes[kAll].current,
                .reserved_bytes = stats.reserved_bytes[kAll].current};
      });
  if (!memory.ok()) return std::nullopt;
  return *memory;
}

}  // namespace animate
