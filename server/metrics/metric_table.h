#ifndef ANIMATE_SERVER_METRICS_METRIC_TABLE_H_
#define ANIMATE_SERVER_METRICS_METRIC_TABLE_H_

#include <string>
#include <vector>

#include "server/metrics/metric_info.h"

namespace animate {

// Names, help texts, labels and buckets of the metrics of jobs, devices and the
// process: what dashboards and alerts rely on (docs/operations.md). Nothing
// here is named after a job, tenant or peer. See also serving_metric_table.h.

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

// Published from ReferenceCacheReading.
MetricInfo ReferenceCacheHits();
MetricInfo ReferenceCacheMisses();
MetricInfo ReferenceCacheBytes();

// Counted as they happen.
MetricInfo JobSlots();
MetricInfo QueueWait();
MetricInfo TimeToFirstFrame();
MetricInfo JobDuration();
MetricInfo JobsRecovered();
MetricInfo JobsResumed();
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
MetricInfo Ready();
MetricInfo Draining();
MetricInfo ModelLoadDuration();
MetricInfo ModelInfoMetric();
MetricInfo BuildInfo();

}  // namespace metric
}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_METRIC_TABLE_H_
