#include "engine/pipeline/window_budget.h"

#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>
#include <cstddef>

namespace animate {
namespace {

// In units of the first level's channels; see WindowActivationBytes.
constexpr int64_t kLiveChannels = 24;

// Bytes the allocator has reserved and not handed out.
int64_t IdleBytes(const c10::CachingDeviceAllocator::DeviceStats& stats) {
  constexpr auto kAll =
      static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return stats.reserved_bytes[kAll].current -
         stats.allocated_bytes[kAll].current;
}

}  // namespace

int64_t WindowActivationBytes(const WindowShape& shape) {
  return shape.rows * shape.frames * shape.cells * shape.channels *
         kLiveChannels * shape.element_bytes;
}

int WindowsThatFit(const WindowShape& shape, int64_t free_bytes) {
  const int64_t one = std::max<int64_t>(WindowActivationBytes(shape), 1);
  const int64_t fit = free_bytes / 5 * 4 / one;
  return static_cast<int>(std::clamp<int64_t>(fit, 1, kMaxAutomaticWindows));
}

int64_t FreeDeviceBytes(const c10::Device& device) {
  if (device.is_cpu()) return 0;
  c10::DeviceAllocator* allocator = c10::getDeviceAllocator(device.type());
  const c10::DeviceIndex index = std::max<c10::DeviceIndex>(device.index(), 0);
  return static_cast<int64_t>(allocator->getMemoryInfo(index).first) +
         IdleBytes(allocator->getDeviceStats(index));
}

}  // namespace animate
