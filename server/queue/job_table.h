#ifndef ANIMATE_SERVER_QUEUE_JOB_TABLE_H_
#define ANIMATE_SERVER_QUEUE_JOB_TABLE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/queue/job.h"
#include "server/queue/job_manager.h"
#include "server/queue/job_readers.h"
#include "server/queue/principal_books.h"
#include "server/queue/progress_meter.h"
#include "server/queue/space_budget.h"

namespace animate {

// All that is known about one job.
struct JobRecord {
  uint64_t number = 0;  // the store's: order of submission
  JobSnapshot snapshot;
  absl::Duration submit_time;  // monotonic; of a recovered job as if it had
                               // been this process that took it
  JobReaders readers;

  // When a job that nobody reads is cancelled, monotonic.
  absl::Duration abandon_time = absl::InfiniteDuration();

  // What its principal's quota is charged: all that it may need, and once it
  // has ended what its frames take.
  int64_t bytes = 0;
  int64_t frame_bytes = 0;  // of the frames in the store

  // While it waits or runs:
  std::unique_ptr<SpaceBudget::Reservation> space;

  // While it runs:
  std::shared_ptr<CancellationToken> token;
  std::optional<ProgressMeter> meter;
  bool has_frame = false;           // since this process took it
  std::deque<EncodedFrame> newest;  // for readers that keep up

  absl::Duration forget_time = absl::InfiniteDuration();  // monotonic
};

// Records of unfinished jobs and, for a while, of finished ones.
// Thread-compatible.
class JobTable {
 public:
  // Stores a record under its number, which is not taken. References stay
  // valid until the record is forgotten.
  JobRecord& Add(JobRecord record);

  // Null when there is none.
  JobRecord* Find(const std::string& name);
  const JobRecord* Find(const std::string& name) const;
  // The job of the same principal and request id, "" being none.
  JobRecord* FindRequest(const RequestIdentity& request);

  JobRecord& Get(uint64_t number) { return *records_.at(number); }
  const JobRecord& Get(uint64_t number) const { return *records_.at(number); }

  // `record` has ended and is to be forgotten at record.forget_time, earlier
  // when more than a number of others have ended since.
  void Retire(const JobRecord& record);

  // Finished jobs to be forgotten: those whose time has come, and the oldest
  // while there are more than `max_finished`.
  std::vector<uint64_t> Forgettable(absl::Duration now, int max_finished) const;

  // The finished job without readers that ended first.
  std::optional<uint64_t> OldestUnread() const;

  // Those of its readers who may still be called stay readers of its name.
  void Forget(uint64_t number);

  // Returns the channel of `observer`, a reader of the job of that name, known
  // or forgotten, until now; null when it was none.
  std::shared_ptr<ObserverChannel> RemoveReader(const std::string& name,
                                                JobObserver* observer);

  // When Forgettable will next have something because of time.
  absl::Duration next_forget_time() const;

  // What `principal` has.
  PrincipalBooks::Holding HoldingOf(const std::string& principal) const;

  // INVALID_ARGUMENT naming page_size or page_token when they make no sense.
  absl::StatusOr<JobManager::JobPage> List(
      const JobManager::ListOptions& options) const;

 private:
  using RequestKey = std::pair<std::string, std::string>;  // principal, id

  std::map<uint64_t, std::unique_ptr<JobRecord>> records_;
  std::unordered_map<std::string, JobRecord*> by_name_;
  std::map<RequestKey, JobRecord*> by_request_;
  std::deque<uint64_t> finished_;  // in order of ending
  // Of forgotten jobs, by name: a thread may just be telling them of the end.
  std::map<std::string, JobReaders> late_readers_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_JOB_TABLE_H_
