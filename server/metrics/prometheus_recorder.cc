#include "server/metrics/prometheus_recorder.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"
#include "server/metrics/certificate_family.h"
#include "server/metrics/device_memory_family.h"
#include "server/metrics/job_families.h"
#include "server/metrics/label_names.h"
#include "server/metrics/metric_table.h"
#include "server/metrics/process_families.h"
#include "server/metrics/reference_cache_families.h"
#include "server/metrics/serving_metric_table.h"

namespace animate {
namespace {

// Label names and values as prometheus-cpp wants them.
prometheus::Labels MakeLabels(const MetricInfo& info,
                              const LabelValues& values) {
  prometheus::Labels labels;
  for (size_t i = 0; i < info.labels.size(); ++i) {
    labels[info.labels[i]] = values[i];
  }
  return labels;
}

// One metric of the table in a registry, with all its series. `Metric` is
// prometheus::Counter, Gauge or Histogram. Thread-safe.
template <typename Metric>
class MetricFamily {
 public:
  MetricFamily(const MetricInfo& info, prometheus::Registry& registry)
      : info_(info), family_(Register(info, registry)) {
    for (const LabelValues& values : info.series) (*this)(values);
  }

  // The series with these label values, made now if it did not exist.
  Metric& operator()(const LabelValues& values = {}) {
    const prometheus::Labels labels = MakeLabels(info_, values);
    if constexpr (std::is_same_v<Metric, prometheus::Histogram>) {
      return family_.Add(labels, info_.buckets);
    } else {
      return family_.Add(labels);
    }
  }

 private:
  static prometheus::Family<Metric>& Register(const MetricInfo& info,
                                              prometheus::Registry& registry) {
    if constexpr (std::is_same_v<Metric, prometheus::Counter>) {
      return Build(prometheus::BuildCounter(), info, registry);
    } else if constexpr (std::is_same_v<Metric, prometheus::Gauge>) {
      return Build(prometheus::BuildGauge(), info, registry);
    } else {
      return Build(prometheus::BuildHistogram(), info, registry);
    }
  }

  template <typename Builder>
  static prometheus::Family<Metric>& Build(Builder builder,
                                           const MetricInfo& info,
                                           prometheus::Registry& registry) {
    return builder.Name(info.name).Help(info.help).Register(registry);
  }

  const MetricInfo info_;
  prometheus::Family<Metric>& family_;
};

using Counters = MetricFamily<prometheus::Counter>;
using Gauges = MetricFamily<prometheus::Gauge>;
using Histograms = MetricFamily<prometheus::Histogram>;

// Methods a client makes up must not become series.
std::string MethodLabel(absl::string_view method) {
  static const auto* const known =
      new std::vector<LabelValues>(metric::GrpcCallsStarted().series);
  for (const LabelValues& values : *known) {
    if (values[0] == method) return values[0];
  }
  return "other";
}

// Counters refuse to go down; a clock that misbehaves must not matter.
double Seconds(absl::Duration duration) {
  return std::max(0.0, absl::ToDoubleSeconds(duration));
}

}  // namespace

struct PrometheusRecorder::Metrics {
  prometheus::Registry registry;

  Gauges job_slots{metric::JobSlots(), registry};
  Histograms queue_wait{metric::QueueWait(), registry};
  Histograms first_frame{metric::TimeToFirstFrame(), registry};
  Histograms job_duration{metric::JobDuration(), registry};
  Counters jobs_recovered{metric::JobsRecovered(), registry};
  Counters jobs_resumed{metric::JobsResumed(), registry};
  Histograms realtime_factor{metric::RealtimeFactor(), registry};
  Histograms stage_duration{metric::StageDuration(), registry};
  Histograms denoise_step{metric::DenoiseStep(), registry};
  Counters frames_generated{metric::FramesGenerated(), registry};
  Counters frames_delivered{metric::FramesDelivered(), registry};
  Histograms cancel_latency{metric::CancelLatency(), registry};
  Counters gpu_seconds{metric::GpuSeconds(), registry};
  Counters gpu_wasted_seconds{metric::GpuWastedSeconds(), registry};
  Counters gpu_oom{metric::GpuOom(), registry};
  Counters nan_outputs{metric::NanOutputs(), registry};
  Gauges streams_open{metric::StreamsOpen(), registry};
  Counters streams_opened{metric::StreamsOpened(), registry};
  Counters stream_resumes{metric::StreamResumes(), registry};
  Counters stream_acks{metric::StreamAcks(), registry};
  Histograms stream_lag{metric::StreamLagFrames(), registry};
  Counters streams_closed{metric::StreamsClosed(), registry};
  Counters grpc_started{metric::GrpcCallsStarted(), registry};
  Histograms grpc_duration{metric::GrpcCallDuration(), registry};
  Histograms grpc_sent{metric::GrpcSentBytes(), registry};
  Histograms grpc_received{metric::GrpcReceivedBytes(), registry};
  Histograms store_commit{metric::StoreCommitDuration(), registry};
  Counters store_errors{metric::StoreErrors(), registry};
  Gauges ready{metric::Ready(), registry};
  Gauges draining{metric::Draining(), registry};
  Gauges model_load_duration{metric::ModelLoadDuration(), registry};
  Gauges model_info{metric::ModelInfoMetric(), registry};
  Gauges build_info{metric::BuildInfo(), registry};

  Mutex mutex;
  std::function<JobAccounting()> accounting ABSL_GUARDED_BY(mutex);
  std::function<std::vector<DeviceMemoryReading>()> device_memory
      ABSL_GUARDED_BY(mutex);
  std::function<std::vector<ReferenceCacheReading>()> reference_caches
      ABSL_GUARDED_BY(mutex);
  std::function<std::optional<absl::Time>()> certificate_expiry
      ABSL_GUARDED_BY(mutex);
  // Refused before the queue saw them, by reason.
  std::map<std::string, int64_t> rejected ABSL_GUARDED_BY(mutex);
};

PrometheusRecorder::PrometheusRecorder(const BuildIdentity& build)
    : metrics_(std::make_unique<Metrics>()) {
  metrics_
      ->build_info({build.version, build.commit, build.libtorch, build.cuda})
      .Set(1);
}

PrometheusRecorder::~PrometheusRecorder() = default;

void PrometheusRecorder::SetJobAccounting(
    std::function<JobAccounting()> accounting) {
  MutexLock lock(metrics_->mutex);
  metrics_->accounting = std::move(accounting);
}

void PrometheusRecorder::SetDeviceMemory(
    std::function<std::vector<DeviceMemoryReading>()> readings) {
  MutexLock lock(metrics_->mutex);
  metrics_->device_memory = std::move(readings);
}

void PrometheusRecorder::SetReferenceCaches(
    std::function<std::vector<ReferenceCacheReading>()> readings) {
  MutexLock lock(metrics_->mutex);
  metrics_->reference_caches = std::move(readings);
}

void PrometheusRecorder::SetCertificateExpiry(
    std::function<std::optional<absl::Time>()> not_after) {
  MutexLock lock(metrics_->mutex);
  metrics_->certificate_expiry = std::move(not_after);
}

std::string PrometheusRecorder::Render() const {
  JobAccounting books;
  std::vector<DeviceMemoryReading> memory;
  std::vector<ReferenceCacheReading> caches;
  std::optional<absl::Time> certificate_expiry;
  {
    // Held over the call, so that a replaced source is never called again.
    MutexLock lock(metrics_->mutex);
    if (metrics_->accounting) books = metrics_->accounting();
    if (metrics_->device_memory) memory = metrics_->device_memory();
    if (metrics_->reference_caches) caches = metrics_->reference_caches();
    if (metrics_->certificate_expiry) {
      certificate_expiry = metrics_->certificate_expiry();
    }
    for (const auto& [reason, count] : metrics_->rejected) {
      books.submitted += count;
      books.rejected[reason] += count;
    }
  }
  std::vector<prometheus::MetricFamily> families = JobFamilies(books);
  for (auto& family : metrics_->registry.Collect()) {
    families.push_back(std::move(family));
  }
  if (!memory.empty()) families.push_back(DeviceMemoryFamily(memory));
  for (auto& family : ReferenceCacheFamilies(caches)) {
    families.push_back(std::move(family));
  }
  families.push_back(CertificateFamily(certificate_expiry));
  for (auto& family : ProcessFamilies()) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

void PrometheusRecorder::RpcStarted(absl::string_view method) {
  metrics_->grpc_started({MethodLabel(method)}).Increment();
}

void PrometheusRecorder::RpcFinished(absl::string_view method,
                                     absl::string_view status,
                                     absl::Duration duration,
                                     int64_t bytes_sent,
                                     int64_t bytes_received) {
  const LabelValues labels = {MethodLabel(method), std::string(status)};
  metrics_->grpc_duration(labels).Observe(Seconds(duration));
  metrics_->grpc_sent(labels).Observe(static_cast<double>(bytes_sent));
  metrics_->grpc_received(labels).Observe(static_cast<double>(bytes_received));
}

void PrometheusRecorder::StreamOpened() {
  metrics_->streams_opened().Increment();
  metrics_->streams_open().Increment();
}

void PrometheusRecorder::StreamClosed(StreamCloseReason reason) {
  metrics_->streams_open().Decrement();
  metrics_->streams_closed({StreamCloseReasonName(reason)}).Increment();
}

void PrometheusRecorder::StreamResumed() {
  metrics_->stream_resumes().Increment();
}

void PrometheusRecorder::FramesAcknowledged() {
  metrics_->stream_acks().Increment();
}

void PrometheusRecorder::FrameDelivered(int lag) {
  metrics_->frames_delivered().Increment();
  metrics_->stream_lag().Observe(lag);
}

void PrometheusRecorder::JobRejected(RejectReason reason) {
  MutexLock lock(metrics_->mutex);
  ++metrics_->rejected[RejectReasonName(reason)];
}

void PrometheusRecorder::QueueWait(absl::string_view priority,
                                   absl::Duration wait) {
  metrics_->queue_wait({std::string(priority)}).Observe(Seconds(wait));
}

void PrometheusRecorder::FirstFrame(absl::Duration since_submission) {
  metrics_->first_frame().Observe(Seconds(since_submission));
}

void PrometheusRecorder::JobFinished(absl::string_view state,
                                     absl::Duration since_submission) {
  metrics_->job_duration({std::string(state)})
      .Observe(Seconds(since_submission));
}

void PrometheusRecorder::JobRecovered(absl::string_view outcome) {
  metrics_->jobs_recovered({std::string(outcome)}).Increment();
}

void PrometheusRecorder::JobResumed(ResumeResult result) {
  metrics_->jobs_resumed({ResumeResultName(result)}).Increment();
}

void PrometheusRecorder::PhaseFinished(JobPhase phase,
                                       absl::Duration duration) {
  metrics_->stage_duration({JobPhaseName(phase)}).Observe(Seconds(duration));
}

void PrometheusRecorder::DenoiseStep(absl::Duration duration) {
  metrics_->denoise_step().Observe(Seconds(duration));
}

void PrometheusRecorder::FrameGenerated() {
  metrics_->frames_generated().Increment();
}

void PrometheusRecorder::RealtimeFactor(double factor) {
  metrics_->realtime_factor().Observe(factor);
}

void PrometheusRecorder::CancelLatency(CancelPhase phase,
                                       absl::Duration latency) {
  metrics_->cancel_latency({CancelPhaseName(phase)}).Observe(Seconds(latency));
}

void PrometheusRecorder::DeviceTime(absl::Duration used) {
  metrics_->gpu_seconds().Increment(Seconds(used));
}

void PrometheusRecorder::DeviceTimeWasted(WasteReason reason,
                                          absl::Duration wasted) {
  metrics_->gpu_wasted_seconds({WasteReasonName(reason)})
      .Increment(Seconds(wasted));
}

void PrometheusRecorder::GpuOutOfMemory() { metrics_->gpu_oom().Increment(); }

void PrometheusRecorder::NanOutput() { metrics_->nan_outputs().Increment(); }

void PrometheusRecorder::StoreCommitted(StoreCommit what,
                                        absl::Duration duration) {
  metrics_->store_commit({StoreCommitName(what)}).Observe(Seconds(duration));
}

void PrometheusRecorder::StoreFailed(StoreFault fault) {
  metrics_->store_errors({StoreFaultName(fault)}).Increment();
}

void PrometheusRecorder::SetReady(bool ready) {
  metrics_->ready().Set(ready ? 1 : 0);
}

void PrometheusRecorder::SetDraining(bool draining) {
  metrics_->draining().Set(draining ? 1 : 0);
}

void PrometheusRecorder::SetJobSlots(int slots) {
  metrics_->job_slots().Set(slots);
}

void PrometheusRecorder::SetModelLoadDuration(absl::Duration duration) {
  metrics_->model_load_duration().Set(Seconds(duration));
}

void PrometheusRecorder::AddModel(const ModelInfo& model) {
  metrics_->model_info({model.name, model.digest, model.device, model.dtype})
      .Set(1);
}

}  // namespace animate
