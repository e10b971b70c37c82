#ifndef ANIMATE_SERVER_METRICS_METRIC_INFO_H_
#define ANIMATE_SERVER_METRICS_METRIC_INFO_H_

#include <string>
#include <vector>

namespace animate {

using LabelValues = std::vector<std::string>;
using Buckets = std::vector<double>;

// One series exists from the start for each entry of `series` (one value per
// label name; none for a metric without labels), so that a rate over the first
// event is right.
struct MetricInfo {
  std::string name;
  std::string help;
  std::vector<std::string> labels;
  std::vector<LabelValues> series;
  Buckets buckets;  // histograms only; upper bounds
};

// One series per value of a single label.
inline std::vector<LabelValues> Each(const std::vector<std::string>& values) {
  std::vector<LabelValues> series;
  series.reserve(values.size());
  for (const std::string& value : values) series.push_back({value});
  return series;
}

// The one series of a metric without labels.
inline std::vector<LabelValues> Single() { return {{}}; }

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_METRIC_INFO_H_
