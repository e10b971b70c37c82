#ifndef ANIMATE_ENGINE_PIPELINE_DEVICE_MEMORY_H_
#define ANIMATE_ENGINE_PIPELINE_DEVICE_MEMORY_H_

#include <optional>
#include <string>

#include "engine/animation/animator.h"

namespace animate {

// Asks LibTorch for the memory of a device, "cpu" or "cuda:N". Nothing for a
// CPU, a device that is not there, or a LibTorch that cannot say. Thread-safe;
// does not wait for the device.
std::optional<DeviceMemory> ReadDeviceMemory(const std::string& device);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_DEVICE_MEMORY_H_
