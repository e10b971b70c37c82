#ifndef ANIMATE_SERVER_METRICS_REFERENCE_CACHE_FAMILIES_H_
#define ANIMATE_SERVER_METRICS_REFERENCE_CACHE_FAMILIES_H_

#include <vector>

#include "server/metrics/reference_cache_reading.h"

namespace prometheus {
struct MetricFamily;
}  // namespace prometheus

namespace animate {

// Publishes hits, misses and memory of the caches of references; nothing when
// there are none. For the sources of this folder only.
std::vector<prometheus::MetricFamily> ReferenceCacheFamilies(
    const std::vector<ReferenceCacheReading>& readings);

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_REFERENCE_CACHE_FAMILIES_H_
