#ifndef ANIMATE_TESTS_SUPPORT_FRAGILE_STORE_H_
#define ANIMATE_TESTS_SUPPORT_FRAGILE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"
#include "engine/base/status_macros.h"
#include "server/queue/job_store.h"

namespace animate {

// Another store, until a test breaks it: from then on nothing is changed any
// more and whoever tries gets the test's error. A manager whose store is broken
// off leaves behind what a process leaves that was killed. Says that it is
// durable. Thread-safe.
class FragileStore : public JobStore {
 public:
  // `store` must outlive this.
  explicit FragileStore(JobStore& store) : store_(store) {}

  void Break(absl::Status error) {
    MutexLock lock(mutex_);
    error_ = std::move(error);
  }
  // Only checkpoints fail from here on.
  void BreakCheckpoints(absl::Status error) {
    MutexLock lock(mutex_);
    checkpoint_error_ = std::move(error);
  }
  void SetFreeBytes(int64_t bytes) {
    MutexLock lock(mutex_);
    free_bytes_ = bytes;
  }

  absl::StatusOr<StoredJob> Insert(const StoredJob& job,
                                   const StoredInputs& inputs) override {
    ANIMATE_RETURN_IF_ERROR(error());
    return store_.Insert(job, inputs);
  }
  absl::StatusOr<StoredJob> Get(const std::string& name) const override {
    return store_.Get(name);
  }
  absl::StatusOr<std::optional<StoredJob>> FindRequest(
      const std::string& principal,
      const std::string& request_id) const override {
    return store_.FindRequest(principal, request_id);
  }
  absl::StatusOr<std::vector<StoredJob>> List() const override {
    return store_.List();
  }
  absl::StatusOr<StoredInputs> ReadInputs(
      const std::string& name) const override {
    return store_.ReadInputs(name);
  }
  absl::Status RecordStart(const std::string& name,
                           absl::Time start_time) override {
    ANIMATE_RETURN_IF_ERROR(error());
    return store_.RecordStart(name, start_time);
  }
  absl::Status RecordStop(const std::string& name,
                          const absl::Status& why) override {
    ANIMATE_RETURN_IF_ERROR(error());
    return store_.RecordStop(name, why);
  }
  absl::Status RecordReport(const std::string& name,
                            const std::string& report) override {
    ANIMATE_RETURN_IF_ERROR(error());
    return store_.RecordReport(name, report);
  }
  absl::Status RecordUsage(const std::string& name,
                           const JobUsage& usage) override {
    ANIMATE_RETURN_IF_ERROR(error());
    return store_.RecordUsage(name, usage);
  }
  absl::Status RecordPause(const std::string& name) override {
    ANIMATE_RETURN_IF_ERROR(error());
    return store_.RecordPause(name);
  }
  absl::Status RecordEnd(const std::string& name, const End& end) override {
    ANIMATE_RETURN_IF_ERROR(error());
    return store_.RecordEnd(name, end);
  }
  absl::StatusOr<int> StartGeneration(const std::string& name) override {
    ANIMATE_RETURN_IF_ERROR(error());
    return store_.StartGeneration(name);
  }
  absl::Status AppendFrame(const std::string& name,
                           const EncodedFrame& frame) override {
    ANIMATE_RETURN_IF_ERROR(error());
    return store_.AppendFrame(name, frame);
  }
  absl::StatusOr<EncodedFrame> ReadFrame(const std::string& name,
                                         int index) const override {
    return store_.ReadFrame(name, index);
  }
  absl::Status SaveCheckpoint(const std::string& name,
                              const JobCheckpoint& checkpoint) override {
    ANIMATE_RETURN_IF_ERROR(error());
    {
      MutexLock lock(mutex_);
      ANIMATE_RETURN_IF_ERROR(checkpoint_error_);
    }
    return store_.SaveCheckpoint(name, checkpoint);
  }
  absl::StatusOr<std::optional<JobCheckpoint>> LoadCheckpoint(
      const std::string& name) const override {
    return store_.LoadCheckpoint(name);
  }
  absl::Status Delete(const std::string& name) override {
    ANIMATE_RETURN_IF_ERROR(error());
    return store_.Delete(name);
  }
  int64_t used_bytes() const override { return store_.used_bytes(); }
  absl::StatusOr<int64_t> FreeBytes() const override {
    MutexLock lock(mutex_);
    if (free_bytes_.has_value()) return *free_bytes_;
    return store_.FreeBytes();
  }
  bool durable() const override { return true; }

 private:
  absl::Status error() const {
    MutexLock lock(mutex_);
    return error_;
  }

  JobStore& store_;
  mutable Mutex mutex_;
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
  absl::Status checkpoint_error_ ABSL_GUARDED_BY(mutex_);
  std::optional<int64_t> free_bytes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_FRAGILE_STORE_H_
