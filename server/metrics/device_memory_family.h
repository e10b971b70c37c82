#ifndef ANIMATE_SERVER_METRICS_DEVICE_MEMORY_FAMILY_H_
#define ANIMATE_SERVER_METRICS_DEVICE_MEMORY_FAMILY_H_

#include <vector>

#include "server/metrics/device_memory_reading.h"

namespace prometheus {
struct MetricFamily;
}  // namespace prometheus

namespace animate {

// Publishes the memory of devices; of several readings of one device the first.
// For the sources of this folder only.
prometheus::MetricFamily DeviceMemoryFamily(
    const std::vector<DeviceMemoryReading>& readings);

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_DEVICE_MEMORY_FAMILY_H_
