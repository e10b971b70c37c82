#ifndef ANIMATE_SERVER_METRICS_METRIC_TABLE_H_
#define ANIMATE_SERVER_METRICS_METRIC_TABLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace animate {

// Names, help texts, labels and buckets of all metrics: what dashboards and
// alerts rely on (docs/operations.md). Nothing here is named after a job,
// tenant or peer.

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

// Shared by code that counts and code that publishes.
const std::vector<std::string>& PriorityLabels();
const std::vector<std::string>& RejectReasonLabels();
// {state, reason} of animate_jobs_finished_total. Other reasons of a state are
// published as "other".
const std::vector<LabelValues>& FinishedLabels();

namespace metric {

// Published from JobAccounting, one snapshot per scrape.
MetricInfo JobsSubmitted();
MetricInfo JobsRejected();
MetricInfo JobsFinished();
MetricInfo JobsWaiting();
MetricInfo JobsRunning();
MetricInfo QueueOldestSubmitTimestamp();
MetricInfo EstimatedBacklog();
MetricInfo SpoolBytes();
MetricInfo SpoolReservedBytes();
MetricInfo SpoolCapacityBytes();

// Published from DeviceMemoryReading; no series without a GPU.
MetricInfo GpuMemory();

// Counted as they happen.
MetricInfo JobSlots();
MetricInfo QueueWait();
MetricInfo TimeToFirstFrame();
MetricInfo JobDuration();
MetricInfo RealtimeFactor();
MetricInfo StageDuration();
MetricInfo DenoiseStep();
MetricInfo FramesGenerated();
MetricInfo FramesDelivered();
MetricInfo CancelLatency();
MetricInfo GpuSeconds();
MetricInfo GpuWastedSeconds();
MetricInfo GpuOom();
MetricInfo NanOutputs();
MetricInfo StreamsOpen();
MetricInfo StreamLagFrames();
MetricInfo StreamsClosed();
MetricInfo GrpcCallsStarted();
MetricInfo GrpcCallDuration();
MetricInfo GrpcSentBytes();
MetricInfo GrpcReceivedBytes();
MetricInfo Ready();
MetricInfo Draining();
MetricInfo ModelLoadDuration();
MetricInfo ModelInfoMetric();
MetricInfo BuildInfo();

}  // namespace metric
}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_METRIC_TABLE_H_
