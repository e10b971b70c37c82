#include "server/queue/stored_job_manager.h"

#include <algorithm>
#include <utility>

#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/queue/job_codec.h"
#include "server/queue/job_errors.h"

namespace animate {
namespace {

// Frames of a running job kept beside the store: as many as the usual window of
// a reader that keeps up.
constexpr size_t kNewestFrames = 8;

// A restart is no caller's leaving: however little grace a recovered job asks
// for, its caller has this time to come back.
constexpr absl::Duration kGraceAfterRestart = absl::Seconds(30);

}  // namespace

StoredJobManager::StoredJobManager(const Options& options, JobStore& store,
                                   const Clock& clock, JobListener* listener)
    : options_(options),
      store_(store),
      clock_(clock),
      listener_(listener),
      space_(options.output_budget_bytes),
      waiting_(options.ageing),
      // Revisions of this process differ from those of earlier ones.
      revision_(static_cast<uint64_t>(absl::ToUnixMicros(clock.Now()))),
      sweeper_([this] { KeepSweeping(); }) {}

StoredJobManager::~StoredJobManager() {
  Shutdown();
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    sweep_schedule_changed_.Signal();
  }
  sweeper_.join();
}

// --- For the service --------------------------------------------------------

absl::StatusOr<JobSnapshot> StoredJobManager::Get(
    const std::string& name) const {
  MutexLock lock(mutex_);
  const JobRecord* record = table_.Find(name);
  if (record == nullptr) return JobNotFoundError(name);
  return record->snapshot;
}

absl::StatusOr<JobManager::JobPage> StoredJobManager::List(
    const ListOptions& options) const {
  MutexLock lock(mutex_);
  return table_.List(options);
}

absl::StatusOr<JobSnapshot> StoredJobManager::Cancel(
    const std::string& name, const std::string& reason) {
  Outbox outbox(listener_);
  JobSnapshot snapshot;
  {
    MutexLock transition(transition_mutex_);
    uint64_t number = 0;
    {
      MutexLock lock(mutex_);
      const JobRecord* record = table_.Find(name);
      if (record == nullptr) return JobNotFoundError(name);
      number = record->number;
    }
    CancelJob(number, JobCancelledError(reason), outbox);
    MutexLock lock(mutex_);
    snapshot = table_.Get(number).snapshot;
  }
  outbox.Send();
  return snapshot;
}

absl::StatusOr<JobSnapshot> StoredJobManager::Attach(const std::string& name,
                                                     JobObserver* observer) {
  Outbox outbox(listener_);
  JobSnapshot snapshot;
  {
    MutexLock lock(mutex_);
    JobRecord* const record = table_.Find(name);
    if (record == nullptr) return JobNotFoundError(name);
    AttachTo(*record, observer, outbox);
    snapshot = record->snapshot;
  }
  outbox.Send();
  return snapshot;
}

void StoredJobManager::Detach(const std::string& name, JobObserver* observer) {
  std::shared_ptr<ObserverChannel> channel;
  {
    MutexLock lock(mutex_);
    channel = table_.RemoveReader(name, observer);
    if (channel == nullptr) return;
    JobRecord* const record = table_.Find(name);
    if (record != nullptr && record->readers.empty() &&
        !IsTerminal(record->snapshot.state)) {
      SetAbandoned(*record);
    }
  }
  channel->Close();
}

absl::StatusOr<EncodedFrame> StoredJobManager::ReadFrame(
    const std::string& name, int index) const {
  {
    MutexLock lock(mutex_);
    const JobRecord* const record = table_.Find(name);
    if (record == nullptr) return JobNotFoundError(name);
    for (const EncodedFrame& frame : record->newest) {
      if (frame.index == index) return frame;
    }
  }
  return store_.ReadFrame(name, index);
}

absl::Status StoredJobManager::Delete(const std::string& name,
                                      std::optional<uint64_t> revision) {
  MutexLock transition(transition_mutex_);
  uint64_t number = 0;
  {
    MutexLock lock(mutex_);
    const JobRecord* const record = table_.Find(name);
    if (record == nullptr) return JobNotFoundError(name);
    if (revision.has_value() && *revision != record->snapshot.revision) {
      return EtagMismatchError(name);
    }
    if (!IsTerminal(record->snapshot.state)) return JobNotFinishedError(name);
    number = record->number;
  }
  return Forget(number);
}

// --- For a worker -----------------------------------------------------------

std::unique_ptr<Job> StoredJobManager::Take() {
  while (true) {
    Outbox outbox(listener_);
    std::unique_ptr<Job> job;
    bool closed = false;
    {
      MutexLock lock(mutex_);
      // From here on jobs run, so callers can come back for theirs.
      for (const uint64_t number : orphans_) {
        SetAbandoned(table_.Get(number), kGraceAfterRestart);
      }
      orphans_.clear();
      while (waiting_.empty() && !draining_) work_or_drain_.Wait(mutex_);
      closed = draining_ && (waiting_.empty() || store_.durable());
    }
    if (closed) return nullptr;
    {
      MutexLock transition(transition_mutex_);
      ExpireOverdue(outbox);
      job = StartNext(outbox);
    }
    outbox.Send();
    if (job == nullptr) continue;
    absl::StatusOr<StoredInputs> parts = store_.ReadInputs(job->name);
    absl::StatusOr<EncodedInputs> inputs =
        parts.ok() ? UnpackInputs(*std::move(parts)) : parts.status();
    absl::Status status = inputs.status();
    if (status.ok()) status = TakeUpEarlierWork(*job);
    if (status.ok()) {
      job->inputs = *std::move(inputs);
      return job;
    }
    Finish(std::move(job), status, JobUsage());
  }
}

void StoredJobManager::ReportProgress(const Job& job,
                                      const JobProgress& progress) {
  Outbox outbox(listener_);
  {
    MutexLock lock(mutex_);
    JobRecord* const record = FindRunning(job);
    if (record == nullptr) return;
    const AnimationSpec& spec = record->snapshot.spec->animation;
    record->meter->Observe(spec, progress, clock_.Monotonic(), costs_);
    record->snapshot.progress = progress;
    record->snapshot.progress.queue_position = 0;
    record->snapshot.progress.eta = costs_.PredictRemaining(spec, progress);
    Touch(*record);
    record->readers.PostProgress(record->snapshot.progress, outbox);
  }
  outbox.Send();
}

absl::Status StoredJobManager::ReportFrame(const Job& job,
                                           const EncodedFrame& frame) {
  {
    MutexLock lock(mutex_);
    if (FindRunning(job) == nullptr) return absl::OkStatus();
  }
  // Nobody hears of a frame that a crash could take back.
  if (absl::Status status = store_.AppendFrame(job.name, frame); !status.ok()) {
    if (job.token->Cancel(status)) {
      Log(LogSeverity::kError, "frame_not_stored",
          {{"job", job.name},
           {"frame", frame.index},
           {"message", status.message()}});
    }
    return status;
  }
  Outbox outbox(listener_);
  {
    MutexLock lock(mutex_);
    JobRecord* const record = FindRunning(job);
    if (record == nullptr) return absl::OkStatus();
    if (!record->has_frame) {
      record->has_frame = true;
      outbox.Tell([snapshot = record->snapshot,
                   since = clock_.Monotonic() - record->submit_time](
                      JobListener& l) { l.OnFirstFrame(snapshot, since); });
    }
    const auto frame_bytes = static_cast<int64_t>(frame.data->size());
    record->space->Stored(frame_bytes);
    if (frame.index == 0) record->frame_bytes = 0;  // a new generation
    record->frame_bytes += frame_bytes;
    record->snapshot.frames = frame.index + 1;
    record->newest.push_back(frame);
    if (record->newest.size() > kNewestFrames) record->newest.pop_front();
    Touch(*record);
    record->readers.PostFrame(frame, outbox);
  }
  outbox.Send();
  return absl::OkStatus();
}

void StoredJobManager::ReportRetarget(const Job& job, RetargetOutcome outcome) {
  if (const absl::Status status =
          store_.RecordReport(job.name, EncodeRetargetOutcome(outcome));
      !status.ok()) {
    Log(LogSeverity::kWarning, "report_not_stored",
        {{"job", job.name}, {"message", status.message()}});
  }
  auto shared = std::make_shared<const RetargetOutcome>(std::move(outcome));
  MutexLock lock(mutex_);
  JobRecord* const record = FindRunning(job);
  if (record == nullptr) return;
  record->snapshot.retarget = std::move(shared);
  Touch(*record);
}

// --- For the server ---------------------------------------------------------

void StoredJobManager::Drain() {
  MutexLock lock(mutex_);
  draining_ = true;
  work_or_drain_.SignalAll();
}

void StoredJobManager::Shutdown() {
  Outbox outbox(listener_);
  {
    MutexLock transition(transition_mutex_);
    std::vector<uint64_t> left;
    {
      MutexLock lock(mutex_);
      draining_ = true;
      if (std::exchange(shut_down_, true)) return;
      left = waiting_.InOrder();
      left.insert(left.end(), running_.begin(), running_.end());
    }
    for (const uint64_t number : left) Interrupt(number, outbox);
    MutexLock lock(mutex_);
    work_or_drain_.SignalAll();
  }
  outbox.Send();
}

JobManager::Counts StoredJobManager::counts() const {
  MutexLock lock(mutex_);
  return {.waiting = waiting_.size(),
          .running = static_cast<int>(running_.size())};
}

QueueStats StoredJobManager::stats() const {
  QueueStats stats;
  stats.durable = store_.durable();
  stats.output_bytes = store_.used_bytes();
  stats.output_reserved_bytes = stats.output_bytes + space_.promised();
  stats.output_capacity_bytes = space_.capacity();
  MutexLock lock(mutex_);
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
  return stats;
}

void StoredJobManager::Sweep() {
  Outbox outbox(listener_);
  {
    MutexLock transition(transition_mutex_);
    ExpireOverdue(outbox);
    CancelAbandoned(outbox);
    ForgetOld();
  }
  outbox.Send();
}

void StoredJobManager::KeepSweeping() {
  while (true) {
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
      const absl::Duration left = NextDue() - clock_.Monotonic();
      if (left > absl::ZeroDuration()) {
        sweep_schedule_changed_.WaitWithTimeout(mutex_, left);
      }
      if (stopping_) return;
    }
    Sweep();
  }
}

absl::Duration StoredJobManager::NextDue() const {
  absl::Duration due =
      std::min(waiting_.next_deadline(), table_.next_forget_time());
  for (const uint64_t number : abandoned_) {
    due = std::min(due, table_.Get(number).abandon_time);
  }
  return due;
}

// --- What they share --------------------------------------------------------

void StoredJobManager::UpdatePositions(Outbox& outbox,
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
    if (&record != silent) record.readers.PostProgress(progress, outbox);
  }
}

void StoredJobManager::SetAbandoned(JobRecord& record,
                                    absl::Duration min_grace) {
  const JobSpec& spec = *record.snapshot.spec;
  if (spec.on_disconnect != OnDisconnect::kCancel || shut_down_) return;
  record.abandon_time =
      clock_.Monotonic() + std::max(spec.disconnect_grace, min_grace);
  abandoned_.insert(record.number);
  sweep_schedule_changed_.Signal();
}

void StoredJobManager::ClearAbandoned(JobRecord& record) {
  record.abandon_time = absl::InfiniteDuration();
  abandoned_.erase(record.number);
}

JobRecord* StoredJobManager::FindRunning(const Job& job) {
  JobRecord* const record = table_.Find(job.name);
  return record == nullptr || !record->meter.has_value() ? nullptr : record;
}

Backlog StoredJobManager::backlog() const {
  return {.table = table_,
          .waiting = waiting_,
          .running = running_,
          .costs = costs_,
          .slots = options_.slots};
}

}  // namespace animate
