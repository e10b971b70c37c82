#ifndef ANIMATE_SERVER_MEASURED_JOB_STORE_H_
#define ANIMATE_SERVER_MEASURED_JOB_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "server/metrics/recorder.h"
#include "server/queue/job_store.h"

namespace animate {

// Another store, of which it tells a Recorder how long each change took and
// what failed. What callers have done wrong (an unknown job, a taken request
// id) is no failure. Thread-safe.
class MeasuredJobStore : public JobStore {
 public:
  // `recorder` and `clock` must outlive this.
  MeasuredJobStore(std::unique_ptr<JobStore> store, Recorder& recorder,
                   const Clock& clock = Clock::Real())
      : store_(std::move(store)), recorder_(recorder), clock_(clock) {}

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
  int64_t used_bytes() const override { return store_->used_bytes(); }
  absl::StatusOr<int64_t> FreeBytes() const override;
  bool durable() const override { return store_->durable(); }

 private:
  // Runs a change, measured. `Change` returns a Status or a StatusOr.
  template <typename Change>
  auto Measure(StoreCommit what, const Change& change);

  // Counts what failed; logs it, too, for those who only read.
  void Note(const absl::Status& status) const;
  template <typename Result>
  Result NoteRead(Result result) const;

  const std::unique_ptr<JobStore> store_;
  Recorder& recorder_;
  const Clock& clock_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_MEASURED_JOB_STORE_H_
