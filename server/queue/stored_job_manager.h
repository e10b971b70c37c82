#ifndef ANIMATE_SERVER_QUEUE_STORED_JOB_MANAGER_H_
#define ANIMATE_SERVER_QUEUE_STORED_JOB_MANAGER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"
#include "server/queue/backlog.h"
#include "server/queue/checkpoint_codec.h"
#include "server/queue/cost_model.h"
#include "server/queue/job_listener.h"
#include "server/queue/job_manager.h"
#include "server/queue/job_store.h"
#include "server/queue/job_table.h"
#include "server/queue/outbox.h"
#include "server/queue/principal_books.h"
#include "server/queue/principal_quota.h"
#include "server/queue/queue_stats.h"
#include "server/queue/space_budget.h"
#include "server/queue/waiting_jobs.h"

namespace animate {

// The JobManager. Jobs, inputs and frames live in a JobStore; order,
// predictions and who listens in memory. What changes a job is stored first and
// made known then, so that with a durable store nothing that was said is taken
// back by a crash. Bounded by the number of waiting jobs and by the bytes in
// the store. Thread-safe.
//
// Beyond the contract of JobManager:
//  - events may come before Submit has returned;
//  - a waiting job hears its queue position whenever it changes;
//  - Submit refuses a job that is predicted not to start within its
//    queue_timeout: RESOURCE_EXHAUSTED, reason DEADLINE_UNMEETABLE;
//  - for want of space a store that is not durable loses the finished jobs that
//    nobody reads, the oldest first; a durable one keeps its word, and new jobs
//    are refused.
class StoredJobManager : public JobManager {
 public:
  struct Options {
    int capacity = 64;  // waiting jobs, >= 1
    int slots = 1;      // jobs that run at once (devices), >= 1
    int64_t output_budget_bytes = int64_t{4} << 30;  // inputs and frames
    absl::Duration ageing = absl::Minutes(5);        // see WaitingJobs
    absl::Duration retention = absl::Hours(1);       // of finished jobs
    int max_finished = 1000;                         // finished jobs kept
    // A job that ran this many times in a row when the process died is not
    // tried again.
    int max_crashes = 2;
    // What a principal may have; empty: all. Called without locks of the
    // manager, from any thread.
    std::function<PrincipalQuota(const std::string& principal)> quota_of;
  };

  // `store`, `clock` and `listener` (may be null) must outlive the manager.
  StoredJobManager(const Options& options, JobStore& store,
                   const Clock& clock = Clock::Real(),
                   JobListener* listener = nullptr);

  // Shuts down. No thread may be inside Take or owe a Finish any more.
  ~StoredJobManager() override;

  // Takes up what the store holds; call it once, before anything else. Waiting
  // jobs wait again, in their order, under their names and with what is left of
  // their queue_timeout. Jobs that ran wait to be run again: with a checkpoint
  // that can be read they keep their frames, else they begin anew, with a new
  // generation if frames of them were stored; those that ran too often end as
  // FAILED, reason POISONED, those that were being cancelled as CANCELLED.
  // Finished jobs can be read until their time comes. A job that cannot be read
  // back ends as FAILED, reason STORE_CORRUPT, and disturbs no other.
  // Errors are those of the store, and FAILED_PRECONDITION with reason
  // STORE_TOO_NEW when a newer build wrote to it.
  absl::Status Recover();

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

  absl::StatusOr<JobSnapshot> Attach(const std::string& name,
                                     JobObserver* observer) override;
  void Detach(const std::string& name, JobObserver* observer) override;
  absl::StatusOr<EncodedFrame> ReadFrame(const std::string& name,
                                         int index) const override;
  absl::Status Delete(const std::string& name,
                      std::optional<uint64_t> revision) override;

  std::unique_ptr<Job> Take() override;
  void ReportProgress(const Job& job, const JobProgress& progress) override;
  absl::Status ReportFrame(const Job& job, const EncodedFrame& frame) override;
  absl::Status SaveCheckpoint(const Job& job,
                              const JobCheckpoint& checkpoint) override;
  void ReportUsage(const Job& job, const JobUsage& usage) override;
  absl::Status StartOver(const Job& job) override;
  void ReportRetarget(const Job& job, RetargetOutcome outcome) override;
  void Finish(std::unique_ptr<Job> job, const absl::Status& status,
              const JobUsage& usage) override;

  // With a durable store waiting jobs stay there: the next process runs them.
  void Drain() override;

  // What is left ends as CANCELLED with the error UNAVAILABLE, reason
  // DRAINING: another server may still do it. With a durable store it does not
  // end: the next process goes on with it, and observers hear OnFinished with
  // that error and a state that is not final.
  void Shutdown() override;

  Counts counts() const override;
  QueueStats stats() const;

  // Ends waiting jobs whose time is over, cancels abandoned ones and forgets
  // old ones. A thread of the manager calls this when it is due by the real
  // clock; tests call it after moving theirs.
  void Sweep();

 private:
  using RequestKey = std::pair<std::string, std::string>;  // principal, id

  // --- Submitting (job_submission.cc)
  // ------------------------------------------
  absl::StatusOr<JobSnapshot> SubmitOnce(JobSpec spec, EncodedInputs inputs,
                                         JobObserver* observer, Outbox& outbox);
  absl::StatusOr<std::unique_ptr<SpaceBudget::Reservation>> Admit(
      const JobSpec& spec, int64_t bytes, Outbox& outbox);
  // What a job will store besides its inputs.
  int64_t WorkBytes(const JobSpec& spec) const {
    return MaxOutputBytes(spec) +
           (store_.durable() ? MaxCheckpointBytes(spec) : 0);
  }
  absl::Status CheckQueue(const JobSpec& spec) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::unique_ptr<SpaceBudget::Reservation>> ReserveSpace(
      int64_t bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);
  absl::StatusOr<JobSnapshot> AnswerRepetition(JobRecord& record,
                                               const JobSpec& spec,
                                               JobObserver* observer,
                                               Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  JobSnapshot AddRecord(StoredJob job, JobSpec spec,
                        std::unique_ptr<SpaceBudget::Reservation> space,
                        JobObserver* observer, Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AttachTo(JobRecord& record, JobObserver* observer, Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // --- Recovery (job_recovery.cc)
  // ---------------------------------------------- `latest`: submit_time of the
  // unfinished job before.
  absl::Status RecoverJob(const StoredJob& job, absl::Duration& latest,
                          Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);
  absl::Status RecoverUnfinished(const StoredJob& job,
                                 const absl::Status& fault, Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);
  std::optional<CheckpointData> ReadCheckpoint(const std::string& name) const;
  // `kept`: what the job goes on from; without it it begins anew.
  absl::Status WaitAgain(const StoredJob& job,
                         const std::optional<CheckpointData>& kept,
                         Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);
  absl::Duration ToMonotonic(absl::Time time) const;

  // --- Going on in the middle (job_continuation.cc) -------------------------
  // Null when there is none, or none that can be read.
  std::optional<JobCheckpoint> FindCheckpoint(const std::string& name) const;
  // Adds what earlier attempts have left.
  absl::Status TakeUpEarlierWork(Job& job);

  // --- Transitions (job_transitions.cc)
  // ---------------------------------------------------------
  std::unique_ptr<Job> StartNext(Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);
  void CancelJob(uint64_t number, const absl::Status& why, Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);
  void ExpireOverdue(Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);
  void CancelAbandoned(Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);
  void ForgetOld() ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);
  // The server stops before the job has ended.
  void Interrupt(uint64_t number, Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);
  void Pause(uint64_t number, const JobUsage& usage, Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);
  void End(uint64_t number, JobState state, const absl::Status& error,
           const JobUsage& usage, Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);
  void ApplyEnd(JobRecord& record, const JobStore::End& end, Outbox& outbox)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // From the store and from memory; what the store will not let go of is tried
  // again later.
  absl::Status Forget(uint64_t number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(transition_mutex_);

  // Tells waiting jobs whose position changed; `silent` is not told.
  void UpdatePositions(Outbox& outbox, const JobRecord* silent = nullptr)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Starts the time after which CancelAbandoned cancels the job: its own grace,
  // or `min_grace` if that is longer.
  void SetAbandoned(JobRecord& record,
                    absl::Duration min_grace = absl::ZeroDuration())
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ClearAbandoned(JobRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The worker's job; null when it does not run (any more).
  JobRecord* FindRunning(const Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Backlog backlog() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Touch(JobRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    record.snapshot.revision = ++revision_;
  }
  absl::Duration NextDue() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void KeepSweeping();

  const Options options_;
  JobStore& store_;
  const Clock& clock_;
  JobListener* const listener_;
  SpaceBudget space_;

  // Held while the state of a job changes, from the decision through the store
  // to memory: transitions come one after the other, while mutex_, under which
  // nothing is stored, stays free for those who only look. Taken before mutex_.
  Mutex transition_mutex_;

  mutable Mutex mutex_;
  CondVar work_or_drain_;
  CondVar sweep_schedule_changed_;
  CondVar submission_done_;
  JobTable table_ ABSL_GUARDED_BY(mutex_);
  WaitingJobs waiting_ ABSL_GUARDED_BY(mutex_);
  std::set<uint64_t> running_ ABSL_GUARDED_BY(mutex_);
  std::set<uint64_t> abandoned_ ABSL_GUARDED_BY(mutex_);  // have abandon_time
  // Recovered jobs whose callers have had no chance to come back yet.
  std::set<uint64_t> orphans_ ABSL_GUARDED_BY(mutex_);
  int submitting_ ABSL_GUARDED_BY(mutex_) = 0;  // admitted, being stored
  std::set<RequestKey> submitting_requests_ ABSL_GUARDED_BY(mutex_);
  PrincipalBooks books_ ABSL_GUARDED_BY(mutex_);
  CostModel costs_ ABSL_GUARDED_BY(mutex_);
  uint64_t revision_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool shut_down_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;  // ends KeepSweeping
  int64_t submitted_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, int64_t> refused_ ABSL_GUARDED_BY(mutex_);
  std::map<std::pair<JobState, std::string>, int64_t> finished_
      ABSL_GUARDED_BY(mutex_);
  std::thread sweeper_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_STORED_JOB_MANAGER_H_
