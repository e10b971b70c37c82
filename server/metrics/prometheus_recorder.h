#ifndef ANIMATE_SERVER_METRICS_PROMETHEUS_RECORDER_H_
#define ANIMATE_SERVER_METRICS_PROMETHEUS_RECORDER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/metrics/device_memory_reading.h"
#include "server/metrics/job_accounting.h"
#include "server/metrics/recorder.h"
#include "server/metrics/reference_cache_reading.h"

namespace animate {

// What animate_build_info says. Empty where unknown.
struct BuildIdentity {
  std::string version;
  std::string commit;
  std::string libtorch;
  std::string cuda;
};

// Records into a Prometheus registry of its own and renders it in the text
// exposition format. Every series that can exist does from the start.
// Thread-safe.
class PrometheusRecorder : public Recorder {
 public:
  explicit PrometheusRecorder(const BuildIdentity& build);
  ~PrometheusRecorder() override;

  // Where the books of the queue come from; called once per scrape, from the
  // scraping thread. Must stay callable until it is replaced; null for none.
  void SetJobAccounting(std::function<JobAccounting()> accounting);

  // Where the memory of devices comes from; called like the above. Devices
  // without memory of their own have no reading.
  void SetDeviceMemory(
      std::function<std::vector<DeviceMemoryReading>()> readings);

  // Where the use of caches of references comes from; called like the above.
  void SetReferenceCaches(
      std::function<std::vector<ReferenceCacheReading>()> readings);

  // Where the end of validity of the server's certificate comes from, nullopt
  // without one; called like the above.
  void SetCertificateExpiry(
      std::function<std::optional<absl::Time>()> not_after);

  // All metrics as text, version 0.0.4, those of the process included.
  std::string Render() const;

  void RpcStarted(absl::string_view method) override;
  void RpcFinished(absl::string_view method, absl::string_view status,
                   absl::Duration duration, int64_t bytes_sent,
                   int64_t bytes_received) override;
  void StreamOpened() override;
  void StreamClosed(StreamCloseReason reason) override;
  void StreamResumed() override;
  void FramesAcknowledged() override;
  void FrameDelivered(int lag) override;
  void JobRejected(RejectReason reason) override;
  void QueueWait(absl::string_view priority, absl::Duration wait) override;
  void FirstFrame(absl::Duration since_submission) override;
  void JobFinished(absl::string_view state,
                   absl::Duration since_submission) override;
  void JobRecovered(absl::string_view outcome) override;
  void JobResumed(ResumeResult result) override;
  void PhaseFinished(JobPhase phase, absl::Duration duration) override;
  void DenoiseStep(absl::Duration duration) override;
  void FrameGenerated() override;
  void RealtimeFactor(double factor) override;
  void CancelLatency(CancelPhase phase, absl::Duration latency) override;
  void DeviceTime(absl::Duration used) override;
  void DeviceTimeWasted(WasteReason reason, absl::Duration wasted) override;
  void GpuOutOfMemory() override;
  void NanOutput() override;
  void StoreCommitted(StoreCommit what, absl::Duration duration) override;
  void StoreFailed(StoreFault fault) override;
  void SetReady(bool ready) override;
  void SetDraining(bool draining) override;
  void SetJobSlots(int slots) override;
  void SetModelLoadDuration(absl::Duration duration) override;
  void AddModel(const ModelInfo& model) override;

 private:
  struct Metrics;
  std::unique_ptr<Metrics> metrics_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_PROMETHEUS_RECORDER_H_
