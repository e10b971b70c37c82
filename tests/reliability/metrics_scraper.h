#ifndef ANIMATE_TESTS_RELIABILITY_METRICS_SCRAPER_H_
#define ANIMATE_TESTS_RELIABILITY_METRICS_SCRAPER_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"

namespace animate {

// One reading of /metrics: the sum over all series of each name.
using MetricSums = std::map<std::string, double>;

// Asks a server on this machine; empty when it does not answer in full.
MetricSums ScrapeMetrics(int port);

// submitted - (rejected + waiting + running + finished): 0 when the books are
// in order.
double BookImbalance(const MetricSums& sums);

// Reads the books of a server all the time, as fast as it answers, while rows
// do their worst to it. Thread-safe.
class MetricsScraper {
 public:
  MetricsScraper();
  ~MetricsScraper();

  MetricsScraper(const MetricsScraper&) = delete;
  MetricsScraper& operator=(const MetricsScraper&) = delete;

  // Which port to ask; 0: nobody is there.
  void Watch(int port) { port_ = port; }

  int64_t scrapes() const { return scrapes_; }
  // Scrapes in which the books were not in order.
  std::vector<std::string> faults() const;

 private:
  void Run();

  std::atomic<int> port_{0};
  std::atomic<bool> ending_{false};
  std::atomic<int64_t> scrapes_{0};
  mutable Mutex mutex_;
  std::vector<std::string> faults_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_RELIABILITY_METRICS_SCRAPER_H_
