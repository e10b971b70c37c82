#include "server/metrics/certificate_family.h"

#include <prometheus/metric_family.h>

#include <utility>

#include "server/metrics/serving_metric_table.h"

namespace animate {

prometheus::MetricFamily CertificateFamily(
    const std::optional<absl::Time>& not_after) {
  const MetricInfo info = metric::TlsCertificateExpiry();
  prometheus::MetricFamily family;
  family.name = info.name;
  family.help = info.help;
  family.type = prometheus::MetricType::Gauge;
  if (not_after.has_value()) {
    prometheus::ClientMetric series;
    series.gauge.value = static_cast<double>(absl::ToUnixSeconds(*not_after));
    family.metric.push_back(std::move(series));
  }
  return family;
}

}  // namespace animate
