#include "server/queue/stored_job_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "engine/base/error.h"
#include "tests/support/fake_clock.h"
#include "tests/support/job_specs.h"
#include "tests/support/memory_jobs.h"
#include "tests/support/recording_observer.h"

namespace animate {
namespace {

constexpr JobUsage kNoUsage;

int64_t Accounted(const QueueStats& stats) {
  int64_t sum = stats.running;
  for (const auto& [reason, count] : stats.refused) sum += count;
  for (const auto& [priority, count] : stats.waiting) sum += count;
  for (const auto& [ending, count] : stats.finished) sum += count;
  return sum;
}

JobSpec WithPriority(Priority priority) {
  JobSpec spec = SmallJobSpec();
  spec.priority = priority;
  return spec;
}

std::string SubmitOrDie(MemoryJobs& jobs, JobSpec spec = SmallJobSpec(),
                        JobObserver* observer = nullptr) {
  return jobs.Submit(std::move(spec), {}, observer)->name;
}

EncodedFrame Frame(int index) {
  EncodedFrame frame;
  frame.index = index;
  frame.data = std::make_shared<const std::string>("12345");
  return frame;
}

TEST(StoredJobManagerTest, AJobGoesFromPendingToSucceeded) {
  FakeClock clock;
  RecordingObserver observer;
  MemoryJobs jobs({}, clock);
  const auto submitted = jobs.Submit(SmallJobSpec(), {}, &observer);
  ASSERT_TRUE(submitted.ok());
  EXPECT_EQ(submitted->state, JobState::kPending);
  EXPECT_EQ(submitted->progress.queue_position, 1);
  EXPECT_EQ(submitted->progress.frames_total, 2);
  EXPECT_EQ(submitted->create_time, clock.Now());

  std::unique_ptr<Job> job = jobs.Take();
  ASSERT_NE(job, nullptr);
  EXPECT_EQ(job->name, submitted->name);
  EXPECT_EQ(jobs.Get(job->name)->state, JobState::kRunning);
  EXPECT_EQ(jobs.counts().running, 1);

  jobs.ReportProgress(*job, {.stage = JobStage::kDenoising, .step = 1});
  ASSERT_TRUE(jobs.ReportFrame(*job, Frame(0)).ok());
  const std::string name = job->name;
  jobs.Finish(std::move(job), absl::OkStatus(),
              {.device_time = absl::Seconds(3)});

  EXPECT_EQ(observer.AwaitEnd().state, JobState::kSucceeded);
  EXPECT_EQ(observer.frames().size(), 1u);
  EXPECT_EQ(observer.progress().back().step, 1);
  EXPECT_EQ(observer.breaches(), 0);
  const auto ended = jobs.Get(name);
  EXPECT_EQ(ended->usage.device_time, absl::Seconds(3));
  EXPECT_TRUE(ended->end_time.has_value());
  EXPECT_GT(ended->revision, submitted->revision);
}

TEST(StoredJobManagerTest, HigherPrioritiesRunFirst) {
  MemoryJobs jobs({});
  const auto batch = SubmitOrDie(jobs, WithPriority(Priority::kBatch));
  const auto normal = SubmitOrDie(jobs, WithPriority(Priority::kNormal));
  const auto first = SubmitOrDie(jobs, WithPriority(Priority::kInteractive));
  for (const std::string& name : {first, normal, batch}) {
    std::unique_ptr<Job> job = jobs.Take();
    EXPECT_EQ(job->name, name);
    jobs.Finish(std::move(job), absl::OkStatus(), kNoUsage);
  }
}

TEST(StoredJobManagerTest, AFullQueueRefusesAndPredictsWhenToRetry) {
  FakeClock clock;
  MemoryJobs jobs({.capacity = 1}, clock);
  SubmitOrDie(jobs, SmallJobSpec({.steps = 20}));
  std::unique_ptr<Job> running = jobs.Take();
  jobs.ReportProgress(*running, {.stage = JobStage::kDenoising});
  clock.Advance(absl::Seconds(3));
  jobs.ReportProgress(*running, {.stage = JobStage::kDenoising, .step = 1});
  SubmitOrDie(jobs);

  RecordingObserver observer;
  const absl::Status refusal =
      jobs.Submit(SmallJobSpec(), {}, &observer).status();
  EXPECT_EQ(refusal.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorReason(refusal), "QUEUE_FULL");
  // 19 steps of 3 s are left of the job that must end first.
  const absl::Duration retry = *GetErrorDetails(refusal)->retry_after;
  EXPECT_NEAR(absl::ToDoubleSeconds(retry), 57, 1);
  EXPECT_FALSE(observer.ended());
  jobs.Finish(std::move(running), absl::OkStatus(), kNoUsage);
}

TEST(StoredJobManagerTest, RefusesAJobThatCannotStartInTime) {
  FakeClock clock;
  MemoryJobs jobs({}, clock);
  JobSpec hurried = SmallJobSpec();
  hurried.queue_timeout = absl::Seconds(10);
  SubmitOrDie(jobs, SmallJobSpec({.steps = 20}));
  std::unique_ptr<Job> running = jobs.Take();
  jobs.ReportProgress(*running, {.stage = JobStage::kDenoising});
  // Nothing has been measured yet, so it gets the benefit of the doubt.
  ASSERT_TRUE(jobs.Submit(hurried, {}, nullptr).ok());
  clock.Advance(absl::Seconds(3));
  jobs.ReportProgress(*running, {.stage = JobStage::kDenoising, .step = 1});

  const absl::Status refusal = jobs.Submit(hurried, {}, nullptr).status();
  EXPECT_EQ(refusal.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorReason(refusal), "DEADLINE_UNMEETABLE");
  EXPECT_TRUE(GetErrorDetails(refusal)->retry_after.has_value());
  hurried.queue_timeout = absl::Seconds(100);
  EXPECT_TRUE(jobs.Submit(hurried, {}, nullptr).ok());
  jobs.Finish(std::move(running), absl::OkStatus(), kNoUsage);
}

TEST(StoredJobManagerTest, AnIdleServerRefusesNobodyForBeingHurried) {
  MemoryJobs jobs({});
  SubmitOrDie(jobs);
  std::unique_ptr<Job> job = jobs.Take();
  jobs.ReportProgress(*job, {.stage = JobStage::kDenoising});
  jobs.ReportProgress(*job, {.stage = JobStage::kDenoising, .step = 1});
  jobs.Finish(std::move(job), absl::OkStatus(), kNoUsage);
  JobSpec hurried = SmallJobSpec();
  hurried.queue_timeout = absl::Nanoseconds(1);
  EXPECT_TRUE(jobs.Submit(hurried, {}, nullptr).ok());
}

TEST(StoredJobManagerTest, RefusesWhatItsMemoryCannotHold) {
  const int64_t one_job = MaxOutputBytes(SmallJobSpec()) + 10;
  MemoryJobs jobs({.output_budget_bytes = 2 * one_job - 1});
  EncodedInputs inputs;
  inputs.reference = "0123456789";
  ASSERT_TRUE(jobs.Submit(SmallJobSpec(), inputs, nullptr).ok());
  const absl::Status refusal =
      jobs.Submit(SmallJobSpec(), inputs, nullptr).status();
  EXPECT_EQ(refusal.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorReason(refusal), "SPOOL_FULL");
  // The first gives its space back when it is cancelled.
  ASSERT_TRUE(jobs.Cancel(jobs.List({})->jobs[0].name, "").ok());
  EXPECT_TRUE(jobs.Submit(SmallJobSpec(), inputs, nullptr).ok());
}

TEST(StoredJobManagerTest, FramesAreCountedUntilTheJobIsForgotten) {
  MemoryJobs jobs({});
  const std::string name = SubmitOrDie(jobs);
  std::unique_ptr<Job> job = jobs.Take();
  ASSERT_TRUE(jobs.ReportFrame(*job, Frame(0)).ok());
  jobs.Finish(std::move(job), absl::OkStatus(), kNoUsage);
  EXPECT_EQ(jobs.stats().output_bytes, 5);
  EXPECT_EQ(jobs.stats().output_reserved_bytes, 5);
  ASSERT_TRUE(jobs.Delete(name, std::nullopt).ok());
  EXPECT_EQ(jobs.stats().output_bytes, 0);
  EXPECT_EQ(jobs.stats().output_reserved_bytes, 0);
}

TEST(StoredJobManagerTest, CancellingAWaitingJobEndsItAtOnce) {
  RecordingObserver observer;
  MemoryJobs jobs({});
  const std::string name = SubmitOrDie(jobs, SmallJobSpec(), &observer);
  const auto cancelled = jobs.Cancel(name, "no longer needed");
  EXPECT_EQ(cancelled->state, JobState::kCancelled);
  EXPECT_EQ(observer.AwaitEnd().error.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(jobs.counts().waiting, 0);
}

TEST(StoredJobManagerTest, CancellingARunningJobAsksItsWorkerToStop) {
  RecordingObserver observer;
  MemoryJobs jobs({});
  const std::string name = SubmitOrDie(jobs, SmallJobSpec(), &observer);
  std::unique_ptr<Job> job = jobs.Take();
  EXPECT_TRUE(job->token->Check().ok());
  EXPECT_EQ(jobs.Cancel(name, "DISCONNECTED")->state, JobState::kCancelling);
  EXPECT_EQ(jobs.Cancel(name, "again")->state, JobState::kCancelling);
  const absl::Status stop = job->token->Check();
  EXPECT_EQ(GetErrorReason(stop), "DISCONNECTED");
  EXPECT_FALSE(observer.ended());
  jobs.Finish(std::move(job), stop, kNoUsage);
  EXPECT_EQ(observer.AwaitEnd().state, JobState::kCancelled);
}

TEST(StoredJobManagerTest, CancellingAFinishedJobChangesNothing) {
  MemoryJobs jobs({});
  const std::string name = SubmitOrDie(jobs);
  jobs.Finish(jobs.Take(), absl::OkStatus(), kNoUsage);
  const uint64_t revision = jobs.Get(name)->revision;
  const auto after = jobs.Cancel(name, "late");
  EXPECT_EQ(after->state, JobState::kSucceeded);
  EXPECT_EQ(after->revision, revision);
}

TEST(StoredJobManagerTest, ACancelThatComesTooLateLeavesASuccess) {
  MemoryJobs jobs({});
  const std::string name = SubmitOrDie(jobs);
  std::unique_ptr<Job> job = jobs.Take();
  jobs.Cancel(name, "").IgnoreError();
  jobs.Finish(std::move(job), absl::OkStatus(), kNoUsage);
  EXPECT_EQ(jobs.Get(name)->state, JobState::kSucceeded);
}

TEST(StoredJobManagerTest, UnknownJobsAreNotFound) {
  MemoryJobs jobs({});
  EXPECT_EQ(GetErrorReason(jobs.Get("jobs/x").status()), "JOB_NOT_FOUND");
  EXPECT_EQ(jobs.Cancel("jobs/x", "").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(StoredJobManagerTest, AJobNotStartedInTimeExpires) {
  FakeClock clock;
  RecordingObserver observer;
  MemoryJobs jobs({}, clock);
  JobSpec spec = SmallJobSpec();
  spec.queue_timeout = absl::Seconds(10);
  SubmitOrDie(jobs, spec, &observer);
  clock.Advance(absl::Seconds(9));
  jobs.Sweep();
  EXPECT_FALSE(observer.ended());
  clock.Advance(absl::Seconds(1));
  jobs.Sweep();
  const JobSnapshot ended = observer.AwaitEnd();
  EXPECT_EQ(ended.state, JobState::kExpired);
  EXPECT_EQ(GetErrorReason(ended.error), "QUEUE_TIMEOUT");
}

TEST(StoredJobManagerTest, ExpiryNeedsNobodyToAsk) {
  RecordingObserver observer;
  MemoryJobs jobs({});
  JobSpec spec = SmallJobSpec();
  spec.queue_timeout = absl::Milliseconds(5);
  SubmitOrDie(jobs, spec, &observer);
  EXPECT_EQ(observer.AwaitEnd().state, JobState::kExpired);
}

TEST(StoredJobManagerTest, AnOverdueJobIsNeverStarted) {
  FakeClock clock;
  MemoryJobs jobs({}, clock);
  JobSpec spec = SmallJobSpec();
  spec.queue_timeout = absl::Seconds(10);
  const std::string overdue = SubmitOrDie(jobs, spec);
  const std::string fine = SubmitOrDie(jobs);
  clock.Advance(absl::Seconds(11));
  std::unique_ptr<Job> job = jobs.Take();
  EXPECT_EQ(job->name, fine);
  EXPECT_EQ(jobs.Get(overdue)->state, JobState::kExpired);
  jobs.Finish(std::move(job), absl::OkStatus(), kNoUsage);
}

TEST(StoredJobManagerTest, TheExecutionTimeoutStartsWithTheJob) {
  FakeClock clock;
  MemoryJobs jobs({}, clock);
  JobSpec spec = SmallJobSpec();
  spec.execution_timeout = absl::Seconds(10);
  const std::string name = SubmitOrDie(jobs, spec);
  clock.Advance(absl::Minutes(1));
  std::unique_ptr<Job> job = jobs.Take();
  EXPECT_TRUE(job->token->Check().ok());
  clock.Advance(absl::Seconds(10));
  const absl::Status stop = job->token->Check();
  EXPECT_EQ(stop.code(), absl::StatusCode::kDeadlineExceeded);
  jobs.Finish(std::move(job), stop, kNoUsage);
  EXPECT_EQ(jobs.Get(name)->state, JobState::kExpired);
}

TEST(StoredJobManagerTest, WaitingJobsHearTheirPositionWhenItChanges) {
  RecordingObserver second;
  MemoryJobs jobs({});
  SubmitOrDie(jobs);
  SubmitOrDie(jobs, SmallJobSpec(), &second);
  EXPECT_TRUE(second.progress().empty());  // Submit's answer said 2
  SubmitOrDie(jobs, WithPriority(Priority::kInteractive));
  ASSERT_EQ(second.progress().size(), 1u);
  EXPECT_EQ(second.progress()[0].queue_position, 3);
  EXPECT_TRUE(second.progress()[0].eta.has_value());
  std::unique_ptr<Job> interactive = jobs.Take();
  std::unique_ptr<Job> first = jobs.Take();
  EXPECT_EQ(second.progress().back().queue_position, 1);
  jobs.Finish(std::move(interactive), absl::OkStatus(), kNoUsage);
  jobs.Finish(std::move(first), absl::OkStatus(), kNoUsage);
}

TEST(StoredJobManagerTest, EtaFallsWithEachStep) {
  FakeClock clock;
  RecordingObserver observer;
  MemoryJobs jobs({}, clock);
  SubmitOrDie(jobs, SmallJobSpec({.steps = 4}), &observer);
  std::unique_ptr<Job> job = jobs.Take();
  for (int step = 0; step <= 4; ++step) {
    jobs.ReportProgress(*job, {.stage = JobStage::kDenoising, .step = step});
    clock.Advance(absl::Seconds(2));
  }
  const std::vector<JobProgress> progress = observer.progress();
  ASSERT_EQ(progress.size(), 5u);
  EXPECT_NEAR(absl::ToDoubleSeconds(*progress[1].eta), 6, 0.1);
  EXPECT_NEAR(absl::ToDoubleSeconds(*progress[3].eta), 2, 0.1);
  jobs.Finish(std::move(job), absl::OkStatus(), kNoUsage);
}

TEST(StoredJobManagerTest, DrainingRefusesNewJobsAndFinishesTheOldOnes) {
  MemoryJobs jobs({});
  SubmitOrDie(jobs);
  jobs.Drain();
  const absl::Status refusal =
      jobs.Submit(SmallJobSpec(), {}, nullptr).status();
  EXPECT_EQ(refusal.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorReason(refusal), "DRAINING");
  std::unique_ptr<Job> job = jobs.Take();
  ASSERT_NE(job, nullptr);
  EXPECT_TRUE(job->token->Check().ok());
  jobs.Finish(std::move(job), absl::OkStatus(), kNoUsage);
  EXPECT_EQ(jobs.Take(), nullptr);
}

TEST(StoredJobManagerTest, DrainWakesAWorkerThatWaits) {
  MemoryJobs jobs({});
  std::thread worker([&] { EXPECT_EQ(jobs.Take(), nullptr); });
  jobs.Drain();
  worker.join();
}

TEST(StoredJobManagerTest, ShutdownCancelsWaitingAndRunningJobs) {
  RecordingObserver running;
  RecordingObserver waiting;
  MemoryJobs jobs({});
  SubmitOrDie(jobs, SmallJobSpec(), &running);
  SubmitOrDie(jobs, SmallJobSpec(), &waiting);
  std::unique_ptr<Job> job = jobs.Take();
  jobs.Shutdown();
  EXPECT_EQ(GetErrorReason(waiting.AwaitEnd().error), "DRAINING");
  EXPECT_EQ(waiting.AwaitEnd().state, JobState::kCancelled);
  const absl::Status stop = job->token->Check();
  EXPECT_EQ(stop.code(), absl::StatusCode::kUnavailable);
  jobs.Finish(std::move(job), stop, kNoUsage);
  EXPECT_EQ(running.AwaitEnd().state, JobState::kCancelled);
  EXPECT_EQ(jobs.Take(), nullptr);
}

TEST(StoredJobManagerTest, RecordsAreForgottenAfterTheRetentionTime) {
  FakeClock clock;
  MemoryJobs jobs({.retention = absl::Minutes(10)}, clock);
  const std::string name = SubmitOrDie(jobs);
  jobs.Finish(jobs.Take(), absl::OkStatus(), kNoUsage);
  EXPECT_EQ(*jobs.Get(name)->expire_time, clock.Now() + absl::Minutes(10));
  clock.Advance(absl::Minutes(10));
  jobs.Sweep();
  EXPECT_EQ(jobs.Get(name).status().code(), absl::StatusCode::kNotFound);
}

TEST(StoredJobManagerTest, ErrorsOfTheWorkerAreKeptWithTheirReason) {
  MemoryJobs jobs({});
  const std::string name = SubmitOrDie(jobs);
  jobs.Finish(jobs.Take(), absl::InternalError("broken"), kNoUsage);
  const auto job = jobs.Get(name);
  EXPECT_EQ(job->state, JobState::kFailed);
  EXPECT_EQ(job->error.message(), "broken");
  EXPECT_EQ(GetErrorReason(job->error), "INTERNAL");
}

TEST(StoredJobManagerTest, TheBooksBalanceInEveryState) {
  MemoryJobs jobs({.capacity = 2});
  const auto balanced = [&](int64_t submitted) {
    const QueueStats stats = jobs.stats();
    return stats.submitted == submitted && Accounted(stats) == submitted;
  };
  EXPECT_TRUE(balanced(0));
  const std::string first = SubmitOrDie(jobs);
  const std::string second = SubmitOrDie(jobs);
  EXPECT_FALSE(jobs.Submit(SmallJobSpec(), {}, nullptr).ok());
  EXPECT_TRUE(balanced(3));
  std::unique_ptr<Job> job = jobs.Take();
  EXPECT_TRUE(balanced(3));
  jobs.Cancel(second, "").IgnoreError();
  EXPECT_TRUE(balanced(3));
  jobs.Cancel(first, "").IgnoreError();
  EXPECT_TRUE(balanced(3));
  jobs.Finish(std::move(job), absl::CancelledError(""), kNoUsage);
  EXPECT_TRUE(balanced(3));
  EXPECT_EQ(jobs.stats().refused.at("QUEUE_FULL"), 1);
}

}  // namespace
}  // namespace animate
