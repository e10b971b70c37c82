#include "server/metrics/device_memory_family.h"

#include <prometheus/metric_family.h>

#include <set>
#include <string>
#include <utility>

#include "server/metrics/metric_table.h"

namespace animate {

prometheus::MetricFamily DeviceMemoryFamily(
    const std::vector<DeviceMemoryReading>& readings) {
  const MetricInfo info = metric::GpuMemory();
  prometheus::MetricFamily family;
  family.name = info.name;
  family.help = info.help;
  family.type = prometheus::MetricType::Gauge;
  std::set<std::string> devices;
  for (const auto& [device, memory] : readings) {
    if (!devices.insert(device).second) continue;
    const std::pair<const char*, int64_t> kinds[] = {
        {"total", memory.total_bytes},
        {"used", memory.used_bytes},
        {"allocated", memory.allocated_bytes},
        {"reserved", memory.reserved_bytes}};
    for (const auto& [kind, bytes] : kinds) {
      prometheus::ClientMetric series;
      series.label.push_back({info.labels[0], device});
      series.label.push_back({info.labels[1], kind});
      series.gauge.value = static_cast<double>(bytes);
      family.metric.push_back(std::move(series));
    }
  }
  return family;
}

}  // namespace animate
