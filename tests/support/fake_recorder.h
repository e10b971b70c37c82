#ifndef ANIMATE_TESTS_SUPPORT_FAKE_RECORDER_H_
#define ANIMATE_TESTS_SUPPORT_FAKE_RECORDER_H_

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "engine/base/mutex.h"
#include "server/metrics/recorder.h"

namespace animate {

// Counts calls by the function's name, with the enumerator's number or the
// word where there is one: Count("StreamClosed", StreamCloseReason::kDone).
// Thread-safe.
class FakeRecorder : public Recorder {
 public:
  int Count(absl::string_view name) const {
    MutexLock lock(mutex_);
    const auto found = counts_.find(std::string(name));
    return found == counts_.end() ? 0 : found->second;
  }

  template <typename Enum>
  int Count(absl::string_view name, Enum value) const {
    return Count(absl::StrCat(name, "/", static_cast<int>(value)));
  }

  // Sum of the durations or numbers given with `name`; durations in seconds.
  double Sum(absl::string_view name) const {
    MutexLock lock(mutex_);
    const auto found = sums_.find(std::string(name));
    return found == sums_.end() ? 0 : found->second;
  }

  void RpcStarted(absl::string_view method) override {
    Add(absl::StrCat("RpcStarted/", method));
  }
  void RpcFinished(absl::string_view method, absl::string_view status,
                   absl::Duration, int64_t, int64_t) override {
    Add(absl::StrCat("RpcFinished/", method, "/", status));
  }
  void StreamOpened() override { Add("StreamOpened"); }
  void StreamClosed(StreamCloseReason reason) override {
    AddWith("StreamClosed", reason);
  }
  void StreamResumed() override { Add("StreamResumed"); }
  void FramesAcknowledged() override { Add("FramesAcknowledged"); }
  void FrameDelivered(int lag) override { Add("FrameDelivered", lag); }
  void JobRejected(RejectReason reason) override {
    AddWith("JobRejected", reason);
  }
  void QueueWait(absl::string_view priority, absl::Duration wait) override {
    Add(absl::StrCat("QueueWait/", priority), absl::ToDoubleSeconds(wait));
  }
  void FirstFrame(absl::Duration since) override {
    Add("FirstFrame", absl::ToDoubleSeconds(since));
  }
  void JobFinished(absl::string_view state, absl::Duration since) override {
    Add(absl::StrCat("JobFinished/", state), absl::ToDoubleSeconds(since));
  }
  void JobRecovered(absl::string_view outcome) override {
    Add(absl::StrCat("JobRecovered/", outcome));
  }
  void JobResumed(ResumeResult result) override {
    AddWith("JobResumed", result);
  }
  void PhaseFinished(JobPhase phase, absl::Duration duration) override {
    AddWith("PhaseFinished", phase, absl::ToDoubleSeconds(duration));
  }
  void DenoiseStep(absl::Duration duration) override {
    Add("DenoiseStep", absl::ToDoubleSeconds(duration));
  }
  void FrameGenerated() override { Add("FrameGenerated"); }
  void RealtimeFactor(double factor) override { Add("RealtimeFactor", factor); }
  void CancelLatency(CancelPhase phase, absl::Duration latency) override {
    AddWith("CancelLatency", phase, absl::ToDoubleSeconds(latency));
  }
  void DeviceTime(absl::Duration used) override {
    Add("DeviceTime", absl::ToDoubleSeconds(used));
  }
  void DeviceTimeWasted(WasteReason reason, absl::Duration wasted) override {
    AddWith("DeviceTimeWasted", reason, absl::ToDoubleSeconds(wasted));
  }
  void GpuOutOfMemory() override { Add("GpuOutOfMemory"); }
  void NanOutput() override { Add("NanOutput"); }
  void StoreCommitted(StoreCommit what, absl::Duration duration) override {
    AddWith("StoreCommitted", what, absl::ToDoubleSeconds(duration));
  }
  void StoreFailed(StoreFault fault) override { AddWith("StoreFailed", fault); }
  void SetReady(bool ready) override { Add("SetReady", ready ? 1 : 0); }
  void SetDraining(bool draining) override {
    Add("SetDraining", draining ? 1 : 0);
  }
  void SetJobSlots(int slots) override { Add("SetJobSlots", slots); }
  void SetModelLoadDuration(absl::Duration duration) override {
    Add("SetModelLoadDuration", absl::ToDoubleSeconds(duration));
  }
  void AddModel(const ModelInfo& model) override {
    Add(absl::StrCat("AddModel/", model.name));
  }

 private:
  void Add(const std::string& name, double value = 0) {
    MutexLock lock(mutex_);
    ++counts_[name];
    sums_[name] += value;
  }

  // Under the name alone and under the name with the enumerator.
  template <typename Enum>
  void AddWith(const std::string& name, Enum value, double amount = 0) {
    Add(name, amount);
    Add(absl::StrCat(name, "/", static_cast<int>(value)), amount);
  }

  mutable Mutex mutex_;
  std::map<std::string, int> counts_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, double> sums_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_FAKE_RECORDER_H_
