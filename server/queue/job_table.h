#ifndef ANIMATE_SERVER_QUEUE_JOB_TABLE_H_
#define ANIMATE_SERVER_QUEUE_JOB_TABLE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/queue/job.h"
#include "server/queue/job_manager.h"
#include "server/queue/observer_channel.h"
#include "server/queue/output_budget.h"
#include "server/queue/progress_meter.h"

namespace animate {

// All that is known about one job.
struct JobRecord {
  uint64_t number = 0;  // order of submission, from 1
  JobSnapshot snapshot;
  absl::Duration submit_time;  // monotonic

  // Until the job has ended:
  std::shared_ptr<ObserverChannel> observer;
  std::shared_ptr<CancellationToken> token;
  std::unique_ptr<OutputBudget::Reservation> output;
  std::unique_ptr<Job> waiting_job;    // until it starts
  std::optional<ProgressMeter> meter;  // once it runs
  bool has_frame = false;

  absl::Duration forget_time = absl::InfiniteDuration();  // monotonic
};

// Records of unfinished jobs and, for a while, of finished ones.
// Thread-compatible.
class JobTable {
 public:
  // Stores a record under the next number. References stay valid until the
  // record is forgotten.
  JobRecord& Add(JobRecord record);

  // Null when there is none.
  JobRecord* Find(const std::string& name);
  const JobRecord* Find(const std::string& name) const;
  JobRecord& Get(uint64_t number) { return *records_.at(number); }
  const JobRecord& Get(uint64_t number) const { return *records_.at(number); }

  // `record` has ended and will be forgotten at record.forget_time, earlier
  // when more than a number of others have ended since.
  void Retire(const JobRecord& record);

  // Forgets finished jobs: those whose time has come, and the oldest while
  // there are more than `max_finished`.
  void Forget(absl::Duration now, int max_finished);

  // When Forget will next have something to do because of time.
  absl::Duration next_forget_time() const;

  // INVALID_ARGUMENT naming page_size or page_token when they make no sense.
  absl::StatusOr<JobManager::JobPage> List(
      const JobManager::ListOptions& options) const;

 private:
  uint64_t last_number_ = 0;
  std::map<uint64_t, std::unique_ptr<JobRecord>> records_;
  std::unordered_map<std::string, JobRecord*> by_name_;
  std::deque<uint64_t> finished_;  // in order of ending
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_JOB_TABLE_H_
