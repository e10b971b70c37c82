#ifndef ANIMATE_SERVER_STORE_MEMORY_JOB_STORE_H_
#define ANIMATE_SERVER_STORE_MEMORY_JOB_STORE_H_

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"
#include "server/queue/job_store.h"

namespace animate {

// A JobStore that survives nothing: for servers that need no durability, and
// for tests. Thread-safe.
class MemoryJobStore : public JobStore {
 public:
  absl::StatusOr<StoredJob> Insert(const StoredJob& job,
                                   const StoredInputs& inputs) override;
  absl::StatusOr<StoredJob> Get(const std::string& name) const override;
  absl::StatusOr<std::optional<StoredJob>> FindRequest(
      const std::string& principal,
      const std::string& request_id) const override;
  absl::StatusOr<std::vector<StoredJob>> List() const override;
  absl::StatusOr<StoredInputs> ReadInputs(
      const std::string& name) const override;
  absl::Status RecordStart(const std::string& name,
                           absl::Time start_time) override;
  absl::Status RecordStop(const std::string& name,
                          const absl::Status& why) override;
  absl::Status RecordReport(const std::string& name,
                            const std::string& report) override;
  absl::Status RecordUsage(const std::string& name,
                           const JobUsage& usage) override;
  absl::Status RecordPause(const std::string& name) override;
  absl::Status RecordEnd(const std::string& name, const End& end) override;
  absl::StatusOr<int> StartGeneration(const std::string& name) override;
  absl::Status AppendFrame(const std::string& name,
                           const EncodedFrame& frame) override;
  absl::StatusOr<EncodedFrame> ReadFrame(const std::string& name,
                                         int index) const override;
  absl::Status SaveCheckpoint(const std::string& name,
                              const JobCheckpoint& checkpoint) override;
  absl::StatusOr<std::optional<JobCheckpoint>> LoadCheckpoint(
      const std::string& name) const override;
  absl::Status Delete(const std::string& name) override;
  int64_t used_bytes() const override;
  // The process's memory is not ours to measure: callers set a budget.
  absl::StatusOr<int64_t> FreeBytes() const override {
    return std::numeric_limits<int64_t>::max();
  }
  bool durable() const override { return false; }

 private:
  struct Entry {
    StoredJob job;
    std::optional<StoredInputs> inputs;
    std::vector<EncodedFrame> frames;
    std::optional<JobCheckpoint> checkpoint;

    int64_t bytes() const;
  };

  const Entry* FindRequestEntry(const std::string& principal,
                                const std::string& request_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<const Entry*> Find(const std::string& name) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Entry*> Find(const std::string& name)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  uint64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t used_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_SERVER_STORE_MEMORY_JOB_STORE_H_
