#include "server/metrics/reference_cache_families.h"

#include <prometheus/metric_family.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "server/metrics/metric_table.h"

namespace animate {
namespace {

// One number per device: of several animators on one device, their sum.
using PerDevice = std::map<std::string, int64_t>;

prometheus::MetricFamily CacheFamily(const MetricInfo& info,
                                     prometheus::MetricType type,
                                     const PerDevice& values) {
  prometheus::MetricFamily family;
  family.name = info.name;
  family.help = info.help;
  family.type = type;
  for (const auto& [device, value] : values) {
    prometheus::ClientMetric series;
    series.label.push_back({info.labels[0], device});
    (type == prometheus::MetricType::Counter ? series.counter.value
                                             : series.gauge.value) =
        static_cast<double>(value);
    family.metric.push_back(std::move(series));
  }
  return family;
}

}  // namespace

std::vector<prometheus::MetricFamily> ReferenceCacheFamilies(
    const std::vector<ReferenceCacheReading>& readings) {
  if (readings.empty()) return {};
  PerDevice hits;
  PerDevice misses;
  PerDevice bytes;
  for (const auto& [device, stats] : readings) {
    hits[device] += stats.hits;
    misses[device] += stats.misses;
    bytes[device] += stats.bytes;
  }
  return {CacheFamily(metric::ReferenceCacheHits(),
                      prometheus::MetricType::Counter, hits),
          CacheFamily(metric::ReferenceCacheMisses(),
                      prometheus::MetricType::Counter, misses),
          CacheFamily(metric::ReferenceCacheBytes(),
                      prometheus::MetricType::Gauge, bytes)};
}

}  // namespace animate
