#include "server/metrics/job_families.h"

#include <prometheus/metric_family.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "server/metrics/metric_table.h"

namespace animate {
namespace {

using Values = std::map<LabelValues, double>;

// Starts every series of `info` at zero.
Values Zeros(const MetricInfo& info) {
  Values values;
  for (const LabelValues& labels : info.series) values[labels] = 0;
  return values;
}

prometheus::MetricFamily Family(const MetricInfo& info,
                                prometheus::MetricType type,
                                const Values& values) {
  prometheus::MetricFamily family;
  family.name = info.name;
  family.help = info.help;
  family.type = type;
  for (const auto& [labels, value] : values) {
    prometheus::ClientMetric series;
    for (size_t i = 0; i < labels.size(); ++i) {
      series.label.push_back({info.labels[i], labels[i]});
    }
    if (type == prometheus::MetricType::Counter) {
      series.counter.value = value;
    } else {
      series.gauge.value = value;
    }
    family.metric.push_back(std::move(series));
  }
  return family;
}

prometheus::MetricFamily Gauge(const MetricInfo& info, double value) {
  Values values = Zeros(info);
  values.begin()->second = value;
  return Family(info, prometheus::MetricType::Gauge, values);
}

prometheus::MetricFamily SpoolGauge(const MetricInfo& info,
                                    const JobAccounting& books, int64_t bytes) {
  return Family(info, prometheus::MetricType::Gauge,
                {{{books.output_tier}, static_cast<double>(bytes)}});
}

prometheus::MetricFamily Submitted(const JobAccounting& books) {
  return Family(metric::JobsSubmitted(), prometheus::MetricType::Counter,
                {{{}, static_cast<double>(books.submitted)}});
}

prometheus::MetricFamily Rejected(const JobAccounting& books) {
  const MetricInfo info = metric::JobsRejected();
  Values values = Zeros(info);
  for (const auto& [reason, count] : books.rejected) {
    values[{reason}] += static_cast<double>(count);
  }
  return Family(info, prometheus::MetricType::Counter, values);
}

prometheus::MetricFamily Finished(const JobAccounting& books) {
  const MetricInfo info = metric::JobsFinished();
  Values values = Zeros(info);
  for (const auto& [ending, count] : books.finished) {
    const auto& [state, reason] = ending;
    const bool known = values.contains({state, reason});
    values[{state, known ? reason : "other"}] += static_cast<double>(count);
  }
  return Family(info, prometheus::MetricType::Counter, values);
}

prometheus::MetricFamily Waiting(const JobAccounting& books) {
  const MetricInfo info = metric::JobsWaiting();
  Values values = Zeros(info);
  for (const auto& [priority, count] : books.waiting) {
    values[{priority}] = static_cast<double>(count);
  }
  return Family(info, prometheus::MetricType::Gauge, values);
}

}  // namespace

std::vector<prometheus::MetricFamily> JobFamilies(const JobAccounting& books) {
  const double oldest =
      books.oldest_submit_time.has_value()
          ? absl::ToDoubleSeconds(*books.oldest_submit_time - absl::UnixEpoch())
          : 0;
  const auto number = [](int64_t n) { return static_cast<double>(n); };
  return {
      Submitted(books),
      Rejected(books),
      Finished(books),
      Waiting(books),
      Gauge(metric::JobsRunning(), number(books.running)),
      Gauge(metric::QueueOldestSubmitTimestamp(), oldest),
      Gauge(metric::EstimatedBacklog(),
            absl::ToDoubleSeconds(books.estimated_backlog)),
      SpoolGauge(metric::SpoolBytes(), books, books.output_bytes),
      SpoolGauge(metric::SpoolReservedBytes(), books,
                 books.output_reserved_bytes),
      SpoolGauge(metric::SpoolCapacityBytes(), books,
                 books.output_capacity_bytes),
  };
}

}  // namespace animate
