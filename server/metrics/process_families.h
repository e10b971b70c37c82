#ifndef ANIMATE_SERVER_METRICS_PROCESS_FAMILIES_H_
#define ANIMATE_SERVER_METRICS_PROCESS_FAMILIES_H_

#include <vector>

namespace prometheus {
struct MetricFamily;
}  // namespace prometheus

namespace animate {

// The standard process_* metrics, read from /proc/self now. Those that cannot
// be read are left out. For the sources of this folder only.
std::vector<prometheus::MetricFamily> ProcessFamilies();

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_PROCESS_FAMILIES_H_
