#ifndef ANIMATE_SERVER_METRICS_DEVICE_MEMORY_READING_H_
#define ANIMATE_SERVER_METRICS_DEVICE_MEMORY_READING_H_

#include <string>

#include "engine/animation/animator.h"

namespace animate {

// The memory of one device at one moment.
struct DeviceMemoryReading {
  std::string device;  // "cuda:0"
  DeviceMemory memory;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_DEVICE_MEMORY_READING_H_
