#ifndef ANIMATE_SERVER_QUEUE_MEMORY_JOB_MANAGER_H_
#define ANIMATE_SERVER_QUEUE_MEMORY_JOB_MANAGER_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"
#include "server/queue/backlog.h"
#include "server/queue/cost_model.h"
#include "server/queue/job_listener.h"
#include "server/queue/job_manager.h"
#include "server/queue/job_table.h"
#include "server/queue/outbox.h"
#include "server/queue/output_budget.h"
#include "server/queue/queue_stats.h"
#include "server/queue/waiting_jobs.h"

namespace animate {

// A JobManager that keeps everything in memory: jobs do not survive the
// process. Bounded by the number of waiting jobs and by the bytes of their
// inputs and results. Refuses, beyond the contract of JobManager, a job that is
// predicted not to start within its queue_timeout: RESOURCE_EXHAUSTED, reason
// DEADLINE_UNMEETABLE. Thread-safe.
//
// What observers can rely on beyond the contract of JobManager:
//  - events may come before Submit has returned;
//  - a waiting job hears its queue position whenever it changes;
//  - EncodedFrame::data counts against the output budget until its last copy
//    is gone, so drop a frame once it is written.
class MemoryJobManager : public JobManager {
 public:
  struct Options {
    int capacity = 64;  // waiting jobs, >= 1
    int slots = 1;      // jobs that run at once (devices), >= 1
    int64_t output_budget_bytes = int64_t{4} << 30;
    absl::Duration ageing = absl::Minutes(5);   // see WaitingJobs
    absl::Duration retention = absl::Hours(1);  // of records of finished jobs
    int max_finished = 1000;                    // records of finished jobs
  };

  // `clock` and `listener` (may be null) must outlive the manager.
  explicit MemoryJobManager(const Options& options,
                            const Clock& clock = Clock::Real(),
                            JobListener* listener = nullptr);

  // Shuts down. No thread may be inside Take or owe a Finish any more.
  ~MemoryJobManager() override;

  absl::StatusOr<JobSnapshot> Submit(JobSpec spec, EncodedInputs inputs,
                                     JobObserver* observer) override;
  absl::StatusOr<JobSnapshot> Get(const std::string& name) const override;
  absl::StatusOr<JobPage> List(const ListOptions& options) const override;

  // `reason` DISCONNECTED (the client of the stream vanished), DEADLINE (the
  // stream's deadline passed), SLOW_CONSUMER or DRAINING becomes the reason of
  // the job's error. Any other text becomes part of its message beside the
  // reason CANCELLED: it may come from a client, and reasons are counted.
  absl::StatusOr<JobSnapshot> Cancel(const std::string& name,
                                     const std::string& reason) override;

  std::unique_ptr<Job> Take() override;
  void ReportProgress(const Job& job, const JobProgress& progress) override;
  void ReportFrame(const Job& job, const EncodedFrame& frame) override;
  void ReportRetarget(const Job& job, RetargetOutcome outcome) override;
  void Finish(std::unique_ptr<Job> job, const absl::Status& status,
              const JobUsage& usage) override;

  void Drain() override;
  // What is left ends as CANCELLED with the error UNAVAILABLE, reason
  // DRAINING: another server may still do it.
  void Shutdown() override;
  Counts counts() const override;

  QueueStats stats() const;

  // Ends waiting jobs whose time is over and forgets old records. A thread of
  // the manager calls this when it is due by the real clock; tests call it
  // after moving theirs.
  void Sweep();

 private:
  absl::Status Admit(const JobSpec& spec, int64_t input_bytes,
                     std::unique_ptr<OutputBudget::Reservation>& output)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  JobRecord& AddRecord(JobSpec spec, EncodedInputs inputs,
                       JobObserver* observer)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::unique_ptr<Job> StartNext(Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CancelWaiting(JobRecord& record, const absl::Status& why, Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CancelRunning(JobRecord& record, const absl::Status& why)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ExpireOverdue(Outbox& outbox) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(JobRecord& record, JobState state, const absl::Status& error,
           Outbox& outbox) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Tells waiting jobs whose position changed; `silent` is not told.
  void UpdatePositions(Outbox& outbox, const JobRecord* silent = nullptr)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Backlog backlog() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Touch(JobRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    record.snapshot.revision = ++revision_;
  }
  void KeepSweeping();

  const Options options_;
  const Clock& clock_;
  JobListener* const listener_;
  OutputBudget output_budget_;

  mutable Mutex mutex_;
  CondVar work_or_drain_;
  CondVar sweep_schedule_changed_;
  JobTable table_ ABSL_GUARDED_BY(mutex_);
  WaitingJobs waiting_ ABSL_GUARDED_BY(mutex_);
  std::set<uint64_t> running_ ABSL_GUARDED_BY(mutex_);
  CostModel costs_ ABSL_GUARDED_BY(mutex_);
  uint64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;  // ends KeepSweeping

  int64_t submitted_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, int64_t> refused_ ABSL_GUARDED_BY(mutex_);
  std::map<std::pair<JobState, std::string>, int64_t> finished_
      ABSL_GUARDED_BY(mutex_);

  std::thread sweeper_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_MEMORY_JOB_MANAGER_H_
