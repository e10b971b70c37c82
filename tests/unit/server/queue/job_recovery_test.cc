// What is left of jobs when the process ends, orderly or not, and another one
// takes over. The store is the one in memory: what it holds is what a durable
// one would have kept.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/log.h"
#include "gtest/gtest.h"
#include "server/queue/job_codec.h"
#include "server/queue/job_subscription.h"
#include "server/queue/stored_job_manager.h"
#include "server/store/memory_job_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fragile_store.h"
#include "tests/support/job_specs.h"
#include "tests/support/recording_observer.h"

namespace animate {
namespace {

EncodedFrame NumberedFrame(int index, const std::string& data) {
  return {.index = index, .data = std::make_shared<const std::string>(data)};
}

// Nobody comes back for these jobs while a test looks at them.
JobSpec LastingJobSpec(const SmallJob& job = {}) {
  JobSpec spec = SmallJobSpec(job);
  spec.disconnect_grace = absl::Seconds(30);
  return spec;
}

// A server that can be killed and started again.
class RecoveryTest : public ::testing::Test {
 protected:
  RecoveryTest() {
    SetLogSink([](absl::string_view) {});
    Start();
  }
  ~RecoveryTest() override {
    Kill();
    SetLogSink(nullptr);
  }

  void Start() {
    store_ = std::make_unique<FragileStore>(kept_);
    jobs_ = std::make_unique<StoredJobManager>(options_, *store_, clock_);
    const absl::Status status = jobs_->Recover();
    EXPECT_TRUE(status.ok()) << status;
  }

  // Nothing that happens from here on is stored.
  void Kill() {
    if (jobs_ == nullptr) return;
    store_->Break(absl::UnavailableError("killed"));
    jobs_->Shutdown();
    while (!taken_.empty()) {
      jobs_->Finish(std::move(taken_.back()), absl::CancelledError(""), {});
      taken_.pop_back();
    }
    jobs_.reset();
  }

  void KillAndStart() {
    Kill();
    Start();
  }

  std::string Submit(const JobSpec& spec = LastingJobSpec(),
                     JobObserver* observer = nullptr) {
    EncodedInputs inputs;
    inputs.reference = "reference";
    inputs.poses = {"a", "b"};
    const auto job = jobs_->Submit(spec, inputs, observer);
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? job->name : "";
  }

  // The job that runs next; belongs to the fixture.
  const Job& Take() {
    taken_.push_back(jobs_->Take());
    return *taken_.back();
  }

  void Finish(const absl::Status& status = absl::OkStatus()) {
    jobs_->Finish(std::move(taken_.back()), status,
                  {.device_time = absl::Seconds(2)});
    taken_.pop_back();
  }

  FakeClock clock_;
  StoredJobManager::Options options_;
  MemoryJobStore kept_;
  std::unique_ptr<FragileStore> store_;
  std::unique_ptr<StoredJobManager> jobs_;
  std::vector<std::unique_ptr<Job>> taken_;
};

TEST_F(RecoveryTest, WaitingJobsWaitAgainInTheirOrder) {
  JobSpec interactive = LastingJobSpec();
  interactive.priority = Priority::kInteractive;
  JobSpec described = LastingJobSpec({.steps = 7});
  described.labels = {{"who", "ada"}};
  const std::string first = Submit(described);
  const absl::Time created = jobs_->Get(first)->create_time;
  clock_.Advance(absl::Seconds(1));
  const std::string second = Submit();
  const std::string urgent = Submit(interactive);
  KillAndStart();
  EXPECT_EQ(jobs_->counts().waiting, 3);
  const auto job = jobs_->Get(first);
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->state, JobState::kPending);
  EXPECT_EQ(job->create_time, created);
  EXPECT_EQ(job->progress.queue_position, 2);
  EXPECT_EQ(job->progress.steps, 7);
  EXPECT_EQ(job->spec->labels.at("who"), "ada");
  EXPECT_EQ(job->attempt, 0);
  EXPECT_EQ(Take().name, urgent);
  EXPECT_EQ(Take().name, first);
  EXPECT_EQ(taken_.back()->inputs.reference, "reference");
  EXPECT_EQ(taken_.back()->inputs.poses, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(Take().name, second);
}

TEST_F(RecoveryTest, NewJobsComeAfterRecoveredOnes) {
  const std::string before = Submit();
  KillAndStart();
  const std::string after = Submit();
  const auto page = jobs_->List({});
  ASSERT_EQ(page->jobs.size(), 2u);
  EXPECT_EQ(page->jobs[0].name, after);
  EXPECT_EQ(page->jobs[1].name, before);
  EXPECT_EQ(Take().name, before);
}

TEST_F(RecoveryTest, QueueTimeoutsGoOnWhileTheServerIsDown) {
  JobSpec spec = LastingJobSpec();
  spec.queue_timeout = absl::Seconds(10);
  const std::string name = Submit(spec);
  clock_.Advance(absl::Seconds(6));
  KillAndStart();
  clock_.Advance(absl::Seconds(3));
  jobs_->Sweep();
  EXPECT_EQ(jobs_->Get(name)->state, JobState::kPending);
  clock_.Advance(absl::Seconds(2));
  jobs_->Sweep();
  EXPECT_EQ(GetErrorReason(jobs_->Get(name)->error), "QUEUE_TIMEOUT");
}

TEST_F(RecoveryTest, ARunningJobWithoutFramesStartsAgain) {
  const std::string name = Submit();
  Take();
  KillAndStart();
  EXPECT_EQ(jobs_->Get(name)->state, JobState::kPending);
  EXPECT_EQ(Take().name, name);
  EXPECT_EQ(jobs_->Get(name)->attempt, 2);
  EXPECT_EQ(jobs_->Get(name)->generation, 1) << "nobody has frames of it";
}

TEST_F(RecoveryTest, FramesOfACrashedAttemptAreNotMixedWithNewOnes) {
  const std::string name = Submit();
  const Job& job = Take();
  ASSERT_TRUE(jobs_->ReportFrame(job, NumberedFrame(0, "old")).ok());
  KillAndStart();
  EXPECT_EQ(jobs_->Get(name)->generation, 2);
  EXPECT_EQ(jobs_->Get(name)->frames, 0);
  EXPECT_EQ(jobs_->ReadFrame(name, 0).status().code(),
            absl::StatusCode::kOutOfRange);
  const Job& again = Take();
  ASSERT_TRUE(jobs_->ReportFrame(again, NumberedFrame(0, "new")).ok());
  EXPECT_EQ(*jobs_->ReadFrame(name, 0)->data, "new");
}

TEST_F(RecoveryTest, AJobThatKillsTheServerTwiceIsNotTriedAgain) {
  const std::string poison = Submit();
  const std::string harmless = Submit();
  for (int crash = 0; crash < options_.max_crashes; ++crash) {
    EXPECT_EQ(Take().name, poison);
    KillAndStart();
  }
  const auto job = jobs_->Get(poison);
  EXPECT_EQ(job->state, JobState::kFailed);
  EXPECT_EQ(GetErrorReason(job->error), "POISONED");
  EXPECT_EQ(Take().name, harmless);
}

TEST_F(RecoveryTest, CrashesWhileItWaitsDoNotPoisonAJob) {
  const std::string name = Submit();
  Take();
  for (int crash = 0; crash < 5; ++crash) KillAndStart();
  EXPECT_EQ(jobs_->Get(name)->state, JobState::kPending);
}

TEST_F(RecoveryTest, ACancelledJobIsNotRunAgain) {
  const std::string name = Submit();
  Take();
  EXPECT_EQ(jobs_->Cancel(name, "enough")->state, JobState::kCancelling);
  KillAndStart();
  EXPECT_EQ(jobs_->Get(name)->state, JobState::kCancelled);
  EXPECT_EQ(GetErrorReason(jobs_->Get(name)->error), "CANCELLED");
  EXPECT_EQ(jobs_->counts().waiting, 0);
}

TEST_F(RecoveryTest, FinishedJobsStayReadableUntilTheirTime) {
  const std::string name = Submit();
  const Job& job = Take();
  RetargetOutcome outcome;
  outcome.report.root = "mid_hip";
  jobs_->ReportRetarget(job, outcome);
  ASSERT_TRUE(jobs_->ReportFrame(job, NumberedFrame(0, "zero")).ok());
  ASSERT_TRUE(jobs_->ReportFrame(job, NumberedFrame(1, "one")).ok());
  Finish();
  const JobSnapshot before = *jobs_->Get(name);
  clock_.Advance(absl::Minutes(30));
  KillAndStart();
  const auto after = jobs_->Get(name);
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->state, JobState::kSucceeded);
  EXPECT_EQ(after->expire_time, before.expire_time);
  EXPECT_EQ(after->usage.device_time, absl::Seconds(2));
  EXPECT_EQ(after->frames, 2);
  EXPECT_EQ(after->progress.frames_done, 2);
  ASSERT_NE(after->retarget, nullptr);
  EXPECT_EQ(after->retarget->report.root, "mid_hip");
  EXPECT_EQ(*jobs_->ReadFrame(name, 1)->data, "one");
  EXPECT_NE(after->revision, before.revision);
  clock_.Advance(absl::Minutes(30));
  jobs_->Sweep();
  EXPECT_EQ(GetErrorReason(jobs_->Get(name).status()), "JOB_NOT_FOUND");
  EXPECT_EQ(kept_.List()->size(), 0u);
}

TEST_F(RecoveryTest, AnEndedServerPausesItsJobs) {
  RecordingObserver running;
  RecordingObserver waiting;
  const std::string first = Submit(LastingJobSpec(), &running);
  const std::string second = Submit(LastingJobSpec(), &waiting);
  const Job& job = Take();
  jobs_->Drain();
  EXPECT_EQ(jobs_->Take(), nullptr) << "what waits is for the next process";
  jobs_->Shutdown();
  const absl::Status stop = job.token->Check();
  EXPECT_EQ(GetErrorReason(stop), "DRAINING");
  EXPECT_EQ(waiting.AwaitEnd().state, JobState::kPending);
  EXPECT_EQ(GetErrorReason(waiting.AwaitEnd().error), "DRAINING");
  Finish(stop);
  EXPECT_EQ(running.AwaitEnd().state, JobState::kPending);
  EXPECT_EQ(GetErrorReason(running.AwaitEnd().error), "DRAINING");
  EXPECT_EQ(kept_.Get(first)->crashes, 0);
  KillAndStart();
  EXPECT_EQ(Take().name, first);
  EXPECT_EQ(Take().name, second);
}

TEST_F(RecoveryTest, ADamagedJobFailsAndDisturbsNoOther) {
  const std::string fine = Submit();
  StoredJob damaged;
  damaged.name = "jobs/damaged";
  damaged.spec = "nonsense";
  ASSERT_TRUE(kept_.Insert(damaged, {}).ok());
  KillAndStart();
  const auto job = jobs_->Get("jobs/damaged");
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->state, JobState::kFailed);
  EXPECT_EQ(GetErrorReason(job->error), "STORE_CORRUPT");
  EXPECT_EQ(Take().name, fine);
}

TEST_F(RecoveryTest, DamagedInputsFailTheJobWhenItsTurnComes) {
  StoredJob damaged;
  damaged.name = "jobs/damaged";
  damaged.spec = EncodeJobSpec(LastingJobSpec());
  ASSERT_TRUE(kept_.Insert(damaged, {"?"}).ok());
  KillAndStart();
  const std::string fine = Submit();
  EXPECT_EQ(Take().name, fine);
  EXPECT_EQ(GetErrorReason(jobs_->Get("jobs/damaged")->error), "STORE_CORRUPT");
}

TEST_F(RecoveryTest, RefusesAStoreOfANewerBuild) {
  StoredJob newer;
  newer.name = "jobs/newer";
  newer.spec = EncodeJobSpec(LastingJobSpec());
  newer.spec[0] = 99;
  ASSERT_TRUE(kept_.Insert(newer, {}).ok());
  FragileStore store(kept_);
  StoredJobManager jobs({}, store, clock_);
  const absl::Status status = jobs.Recover();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(status), "STORE_TOO_NEW");
  store.Break(absl::UnavailableError("over"));
}

TEST_F(RecoveryTest, ARequestIsKnownAfterTheRestart) {
  JobSpec spec = LastingJobSpec();
  spec.request = {.principal = "ada", .id = "r", .digest = "d"};
  const std::string name = Submit(spec);
  KillAndStart();
  EXPECT_EQ(Submit(spec), name);
  EXPECT_EQ(jobs_->counts().waiting, 1);
  spec.request.digest = "other";
  const absl::Status refusal = jobs_->Submit(spec, {}, nullptr).status();
  EXPECT_EQ(refusal.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(GetErrorReason(refusal), "REQUEST_ID_REUSED");
}

TEST_F(RecoveryTest, CallersHaveTheirGraceAfterTheRestart) {
  RecordingObserver observer;
  JobSpec spec = LastingJobSpec();
  spec.disconnect_grace = absl::Seconds(30);
  const std::string left = Submit(spec);
  const std::string attached = Submit(spec);
  spec.on_disconnect = OnDisconnect::kDetach;
  const std::string detached = Submit(spec);
  KillAndStart();
  clock_.Advance(absl::Hours(1));  // the model is loading
  jobs_->Sweep();
  EXPECT_EQ(jobs_->counts().waiting, 3);
  ASSERT_EQ(Take().name, left);
  const JobSubscription subscription(*jobs_, attached, &observer);
  ASSERT_TRUE(jobs_->Attach(attached, &observer).ok());
  clock_.Advance(absl::Seconds(30));
  jobs_->Sweep();
  EXPECT_EQ(jobs_->Get(left)->state, JobState::kCancelling);
  EXPECT_EQ(jobs_->Get(attached)->state, JobState::kPending);
  EXPECT_EQ(jobs_->Get(detached)->state, JobState::kPending);
}

// It is the server that left, so even those who want no grace get some.
TEST_F(RecoveryTest, CallersWithoutGraceCanComeBackAfterTheRestart) {
  JobSpec spec = LastingJobSpec();
  spec.disconnect_grace = absl::ZeroDuration();
  const std::string first = Submit(spec);
  const std::string second = Submit(spec);
  KillAndStart();
  ASSERT_EQ(Take().name, first);
  jobs_->Sweep();
  EXPECT_EQ(jobs_->Get(first)->state, JobState::kRunning);
  clock_.Advance(absl::Seconds(29));
  jobs_->Sweep();
  EXPECT_EQ(jobs_->Get(second)->state, JobState::kPending);
  clock_.Advance(absl::Seconds(1));
  jobs_->Sweep();
  EXPECT_EQ(jobs_->Get(second)->state, JobState::kCancelled);
}

TEST_F(RecoveryTest, TheBooksBalanceAfterTheRestart) {
  Submit();
  Submit();
  Take();
  KillAndStart();
  const QueueStats stats = jobs_->stats();
  EXPECT_EQ(stats.submitted, 2);
  EXPECT_EQ(stats.waiting.at(Priority::kNormal), 2);
}

TEST_F(RecoveryTest, AFullDiskRefusesNewJobs) {
  const int64_t one_job = MaxOutputBytes(LastingJobSpec()) +
                          MaxCheckpointBytes(LastingJobSpec()) + 100;
  store_->SetFreeBytes(one_job);
  Submit();
  const absl::Status refusal =
      jobs_->Submit(LastingJobSpec(), {}, nullptr).status();
  EXPECT_EQ(GetErrorReason(refusal), "SPOOL_FULL");
  Take();
  EXPECT_TRUE(
      jobs_->ReportFrame(*taken_.back(), NumberedFrame(0, "kept room")).ok());
}

TEST_F(RecoveryTest, AJobWhoseFrameCannotBeStoredFails) {
  RecordingObserver observer;
  const std::string name = Submit(LastingJobSpec(), &observer);
  const Job& job = Take();
  store_->Break(MakeError(absl::StatusCode::kResourceExhausted, "disk full",
                          {.reason = "SPOOL_FULL"}));
  const absl::Status status = jobs_->ReportFrame(job, NumberedFrame(0, "x"));
  EXPECT_EQ(GetErrorReason(status), "SPOOL_FULL");
  EXPECT_EQ(job.token->Check(), status);
  Finish(status);
  EXPECT_EQ(observer.AwaitEnd().state, JobState::kFailed);
  EXPECT_TRUE(observer.frames().empty());
}

TEST_F(RecoveryTest, AStoreThatFailsRefusesWithoutALoss) {
  store_->Break(MakeError(absl::StatusCode::kUnavailable, "broken",
                          {.reason = "STORE_FAILED"}));
  RecordingObserver observer;
  const absl::Status refusal =
      jobs_->Submit(LastingJobSpec(), {}, &observer).status();
  EXPECT_EQ(GetErrorReason(refusal), "STORE_FAILED");
  EXPECT_EQ(jobs_->stats().refused.at("STORE_FAILED"), 1);
  EXPECT_EQ(jobs_->stats().output_reserved_bytes, 0);
  EXPECT_FALSE(observer.ended());
}

}  // namespace
}  // namespace animate
