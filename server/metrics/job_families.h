#ifndef ANIMATE_SERVER_METRICS_JOB_FAMILIES_H_
#define ANIMATE_SERVER_METRICS_JOB_FAMILIES_H_

#include <vector>

#include "server/metrics/job_accounting.h"

namespace prometheus {
struct MetricFamily;
}  // namespace prometheus

namespace animate {

// Publishes one snapshot of the queue's books. All entries of the metric table
// appear; reasons it does not know are added up under "other", so the sums of
// the snapshot are kept. For the sources of this folder only.
std::vector<prometheus::MetricFamily> JobFamilies(const JobAccounting& books);

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_JOB_FAMILIES_H_
