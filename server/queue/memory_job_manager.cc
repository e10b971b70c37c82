#include "server/queue/memory_job_manager.h"

#include <algorithm>
#include <utility>

#include "engine/base/error.h"
#include "server/queue/job_errors.h"
#include "server/queue/job_name.h"

namespace animate {

MemoryJobManager::MemoryJobManager(const Options& options, const Clock& clock,
                                   JobListener* listener)
    : options_(options),
      clock_(clock),
      listener_(listener),
      output_budget_(options.output_budget_bytes),
      waiting_(options.ageing),
      sweeper_([this] { KeepSweeping(); }) {}

MemoryJobManager::~MemoryJobManager() {
  Shutdown();
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    sweep_schedule_changed_.Signal();
  }
  sweeper_.join();
}

absl::StatusOr<JobSnapshot> MemoryJobManager::Submit(JobSpec spec,
                                                     EncodedInputs inputs,
                                                     JobObserver* observer) {
  Outbox outbox(listener_);
  absl::Status refusal;
  JobSnapshot snapshot;
  {
    MutexLock lock(mutex_);
    ExpireOverdue(outbox);  // makes room
    ++submitted_;
    std::unique_ptr<OutputBudget::Reservation> output;
    refusal = Admit(spec, inputs.bytes(), output);
    if (refusal.ok()) {
      JobRecord& record =
          AddRecord(std::move(spec), std::move(inputs), observer);
      record.output = std::move(output);
      UpdatePositions(outbox, &record);
      snapshot = record.snapshot;
      outbox.Tell([snapshot](JobListener& l) { l.OnSubmitted(snapshot); });
      work_or_drain_.Signal();
      sweep_schedule_changed_.Signal();
    } else {
      ++refused_[GetErrorReason(refusal)];
      outbox.Tell([refusal](JobListener& l) { l.OnRefused(refusal); });
    }
  }
  outbox.Send();
  return refusal.ok() ? absl::StatusOr<JobSnapshot>(snapshot) : refusal;
}

absl::Status MemoryJobManager::Admit(
    const JobSpec& spec, int64_t input_bytes,
    std::unique_ptr<OutputBudget::Reservation>& output) {
  if (draining_) return DrainingError("the server is shutting down");
  const absl::Duration retry_after = backlog().UntilNextJobEnds();
  if (waiting_.size() >= options_.capacity) {
    return QueueFullError(options_.capacity, retry_after);
  }
  // Only once predictions rest on something measured.
  const absl::Duration wait =
      backlog().UntilStart(spec.priority, clock_.Monotonic());
  if (costs_.measured() && wait > spec.queue_timeout) {
    return DeadlineUnmeetableError(wait, spec.queue_timeout);
  }
  const int64_t bytes = input_bytes + MaxOutputBytes(spec);
  output = output_budget_.TryReserve(bytes);
  if (output == nullptr) {
    return SpoolFullError(bytes, output_budget_.reserved(),
                          output_budget_.capacity(), retry_after);
  }
  return absl::OkStatus();
}

JobRecord& MemoryJobManager::AddRecord(JobSpec spec, EncodedInputs inputs,
                                       JobObserver* observer) {
  const absl::Duration now = clock_.Monotonic();
  const Priority priority = spec.priority;
  const absl::Duration start_by = now + spec.queue_timeout;
  auto job = std::make_unique<Job>();
  job->name = NewJobName();
  job->spec = std::make_shared<const JobSpec>(std::move(spec));
  job->inputs = std::move(inputs);
  job->token = std::make_shared<CancellationToken>(clock_);
  job->observer = observer;

  JobRecord record;
  record.snapshot.name = job->name;
  record.snapshot.spec = job->spec;
  record.snapshot.create_time = clock_.Now();
  record.snapshot.progress.steps = job->spec->animation->num_inference_steps;
  record.snapshot.progress.frames_total = job->spec->animation->num_frames;
  record.submit_time = now;
  record.observer = std::make_shared<ObserverChannel>(observer);
  record.token = job->token;
  record.waiting_job = std::move(job);
  JobRecord& stored = table_.Add(std::move(record));
  Touch(stored);
  waiting_.Add(stored.number, priority, now, start_by);
  return stored;
}

absl::StatusOr<JobSnapshot> MemoryJobManager::Get(
    const std::string& name) const {
  MutexLock lock(mutex_);
  const JobRecord* record = table_.Find(name);
  if (record == nullptr) return JobNotFoundError(name);
  return record->snapshot;
}

absl::StatusOr<JobManager::JobPage> MemoryJobManager::List(
    const ListOptions& options) const {
  MutexLock lock(mutex_);
  return table_.List(options);
}

absl::StatusOr<JobSnapshot> MemoryJobManager::Cancel(
    const std::string& name, const std::string& reason) {
  Outbox outbox(listener_);
  JobSnapshot snapshot;
  {
    MutexLock lock(mutex_);
    JobRecord* record = table_.Find(name);
    if (record == nullptr) return JobNotFoundError(name);
    if (record->snapshot.state == JobState::kPending) {
      CancelWaiting(*record, JobCancelledError(reason), outbox);
      UpdatePositions(outbox);
    } else if (record->snapshot.state == JobState::kRunning) {
      CancelRunning(*record, JobCancelledError(reason));
    }
    snapshot = record->snapshot;
  }
  outbox.Send();
  return snapshot;
}

void MemoryJobManager::CancelWaiting(JobRecord& record, const absl::Status& why,
                                     Outbox& outbox) {
  waiting_.Remove(record.number);
  record.token->Cancel(why);
  End(record, JobState::kCancelled, why, outbox);
}

void MemoryJobManager::CancelRunning(JobRecord& record,
                                     const absl::Status& why) {
  record.snapshot.state = JobState::kCancelling;
  record.token->Cancel(why);
  Touch(record);
}

std::unique_ptr<Job> MemoryJobManager::Take() {
  while (true) {
    Outbox outbox(listener_);
    std::unique_ptr<Job> job;
    bool closed = false;
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !draining_) work_or_drain_.Wait(mutex_);
      ExpireOverdue(outbox);
      job = StartNext(outbox);
      closed = job == nullptr && draining_;
    }
    outbox.Send();
    if (job != nullptr || closed) return job;
  }
}

std::unique_ptr<Job> MemoryJobManager::StartNext(Outbox& outbox) {
  const std::optional<uint64_t> next = waiting_.TakeNext();
  if (!next.has_value()) return nullptr;
  JobRecord& record = table_.Get(*next);
  const absl::Duration now = clock_.Monotonic();
  record.token->SetDeadline(now + record.waiting_job->spec->execution_timeout);
  record.meter.emplace(now);
  record.snapshot.state = JobState::kRunning;
  record.snapshot.start_time = clock_.Now();
  record.snapshot.progress.stage = JobStage::kPreparing;
  record.snapshot.progress.queue_position = 0;
  running_.insert(record.number);
  record.snapshot.progress.eta =
      costs_.PredictTotal(record.snapshot.spec->animation);
  Touch(record);
  UpdatePositions(outbox);
  outbox.Tell([snapshot = record.snapshot, waited = now - record.submit_time](
                  JobListener& l) { l.OnStarted(snapshot, waited); });
  return std::move(record.waiting_job);
}

void MemoryJobManager::ReportProgress(const Job& job,
                                      const JobProgress& progress) {
  std::shared_ptr<ObserverChannel> channel;
  {
    MutexLock lock(mutex_);
    JobRecord* record = table_.Find(job.name);
    if (record == nullptr || !record->meter.has_value()) return;
    const AnimationSpec& spec = record->snapshot.spec->animation;
    record->meter->Observe(spec, progress, clock_.Monotonic(), costs_);
    record->snapshot.progress = progress;
    record->snapshot.progress.queue_position = 0;
    record->snapshot.progress.eta = costs_.PredictRemaining(spec, progress);
    Touch(*record);
    channel = record->observer;
    channel->PostProgress(record->snapshot.progress);
  }
  channel->Deliver();
}

void MemoryJobManager::ReportFrame(const Job& job, const EncodedFrame& frame) {
  Outbox outbox(listener_);
  {
    MutexLock lock(mutex_);
    JobRecord* record = table_.Find(job.name);
    if (record == nullptr || !record->meter.has_value()) return;
    if (!record->has_frame) {
      record->has_frame = true;
      outbox.Tell([snapshot = record->snapshot,
                   since = clock_.Monotonic() - record->submit_time](
                      JobListener& l) { l.OnFirstFrame(snapshot, since); });
    }
    EncodedFrame held = frame;
    held.data = record->output->Hold(frame.data);
    record->observer->PostFrame(std::move(held));
    outbox.Deliver(record->observer);
  }
  outbox.Send();
}

void MemoryJobManager::ReportRetarget(const Job& job, RetargetOutcome outcome) {
  auto shared = std::make_shared<const RetargetOutcome>(std::move(outcome));
  MutexLock lock(mutex_);
  JobRecord* record = table_.Find(job.name);
  if (record == nullptr || !record->meter.has_value()) return;
  record->snapshot.retarget = std::move(shared);
  Touch(*record);
}

void MemoryJobManager::Finish(std::unique_ptr<Job> job,
                              const absl::Status& status,
                              const JobUsage& usage) {
  Outbox outbox(listener_);
  {
    MutexLock lock(mutex_);
    JobRecord* record = table_.Find(job->name);
    if (record == nullptr || !record->meter.has_value()) return;
    record->snapshot.usage = usage;
    running_.erase(record->number);
    End(*record,
        EndState(record->snapshot.state, status, record->token->Check()),
        WithReason(status), outbox);
  }
  outbox.Send();
}

void MemoryJobManager::End(JobRecord& record, JobState state,
                           const absl::Status& error, Outbox& outbox) {
  const absl::Duration now = clock_.Monotonic();
  JobSnapshot& snapshot = record.snapshot;
  snapshot.state = state;
  snapshot.error = error;
  snapshot.end_time = clock_.Now();
  snapshot.expire_time = *snapshot.end_time + options_.retention;
  snapshot.progress.queue_position = 0;
  snapshot.progress.eta = std::nullopt;
  record.forget_time = now + options_.retention;
  Touch(record);
  ++finished_[{state, GetErrorReason(error)}];
  outbox.Tell([snapshot, since = now - record.submit_time](JobListener& l) {
    l.OnFinished(snapshot, since);
  });
  outbox.Finish(std::move(record.observer), snapshot);
  outbox.Keep(std::shared_ptr<Job>(std::move(record.waiting_job)));
  record.token.reset();
  record.output.reset();
  record.meter.reset();
  table_.Retire(record);
  sweep_schedule_changed_.Signal();
}

void MemoryJobManager::ExpireOverdue(Outbox& outbox) {
  const std::vector<uint64_t> overdue =
      waiting_.TakeOverdue(clock_.Monotonic());
  for (const uint64_t number : overdue) {
    JobRecord& record = table_.Get(number);
    End(record, JobState::kExpired, QueueTimeoutError(), outbox);
  }
  if (!overdue.empty()) UpdatePositions(outbox);
}

void MemoryJobManager::UpdatePositions(Outbox& outbox,
                                       const JobRecord* silent) {
  absl::Duration ahead = backlog().RunningRemaining();
  int position = 0;
  for (const uint64_t number : waiting_.InOrder()) {
    JobRecord& record = table_.Get(number);
    const absl::Duration own =
        costs_.PredictTotal(record.snapshot.spec->animation);
    JobProgress& progress = record.snapshot.progress;
    progress.eta = ahead / options_.slots + own;
    ahead += own;
    if (++position == progress.queue_position) continue;
    progress.queue_position = position;
    Touch(record);
    if (&record == silent) continue;
    record.observer->PostProgress(progress);
    outbox.Deliver(record.observer);
  }
}

Backlog MemoryJobManager::backlog() const {
  return {.table = table_,
          .waiting = waiting_,
          .running = running_,
          .costs = costs_,
          .slots = options_.slots};
}

void MemoryJobManager::Drain() {
  MutexLock lock(mutex_);
  draining_ = true;
  work_or_drain_.SignalAll();
}

void MemoryJobManager::Shutdown() {
  const absl::Status why =
      DrainingError("the server shut down before the job was done");
  Outbox outbox(listener_);
  {
    MutexLock lock(mutex_);
    draining_ = true;
    for (const uint64_t number : waiting_.InOrder()) {
      CancelWaiting(table_.Get(number), why, outbox);
    }
    for (const uint64_t number : running_) {
      JobRecord& record = table_.Get(number);
      if (record.snapshot.state == JobState::kRunning) {
        CancelRunning(record, why);
      }
    }
    work_or_drain_.SignalAll();
  }
  outbox.Send();
}

JobManager::Counts MemoryJobManager::counts() const {
  MutexLock lock(mutex_);
  return {.waiting = waiting_.size(),
          .running = static_cast<int>(running_.size())};
}

QueueStats MemoryJobManager::stats() const {
  MutexLock lock(mutex_);
  QueueStats stats;
  stats.submitted = submitted_;
  stats.refused = refused_;
  stats.finished = finished_;
  stats.running = static_cast<int64_t>(running_.size());
  stats.estimated_backlog = backlog().Total();
  for (const uint64_t number : waiting_.InOrder()) {
    const JobSnapshot& job = table_.Get(number).snapshot;
    ++stats.waiting[job.spec->priority];
    stats.oldest_submit_time = std::min(
        stats.oldest_submit_time.value_or(job.create_time), job.create_time);
  }
  stats.output_bytes = output_budget_.used();
  stats.output_reserved_bytes = output_budget_.reserved();
  stats.output_capacity_bytes = output_budget_.capacity();
  return stats;
}

void MemoryJobManager::Sweep() {
  Outbox outbox(listener_);
  {
    MutexLock lock(mutex_);
    ExpireOverdue(outbox);
    table_.Forget(clock_.Monotonic(), options_.max_finished);
  }
  outbox.Send();
}

void MemoryJobManager::KeepSweeping() {
  while (true) {
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
      const absl::Duration due =
          std::min(waiting_.next_deadline(), table_.next_forget_time());
      const absl::Duration left = due - clock_.Monotonic();
      if (left > absl::ZeroDuration()) {
        sweep_schedule_changed_.WaitWithTimeout(mutex_, left);
      }
    }
    Sweep();
  }
}

}  // namespace animate
