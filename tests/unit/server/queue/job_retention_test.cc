// How long jobs stay, and that a wall clock that jumps changes nothing of it.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/log.h"
#include "server/queue/stored_job_manager.h"
#include "server/store/memory_job_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fragile_store.h"
#include "tests/support/job_specs.h"
#include "tests/support/recording_observer.h"

namespace animate {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

class RetentionTest : public ::testing::Test {
 protected:
  RetentionTest() {
    SetLogSink([](absl::string_view) {});
    Start();
  }
  ~RetentionTest() override {
    jobs_.reset();
    SetLogSink(nullptr);
  }

  void Start() {
    jobs_ = std::make_unique<StoredJobManager>(options_, store_, clock_);
    const absl::Status status = jobs_->Recover();
    EXPECT_TRUE(status.ok()) << status;
  }

  void Restart() {
    jobs_.reset();
    Start();
  }

  std::string Submit(const JobSpec& spec = SmallJobSpec()) {
    const auto job = jobs_->Submit(spec, {}, nullptr);
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? job->name : "";
  }

  std::string RunOne(const JobSpec& spec = SmallJobSpec()) {
    const std::string name = Submit(spec);
    jobs_->Finish(jobs_->Take(), absl::OkStatus(), {});
    return name;
  }

  bool IsThere(const std::string& name) {
    jobs_->Sweep();
    return jobs_->Get(name).ok();
  }

  FakeClock clock_;
  MemoryJobStore kept_;
  FragileStore store_{kept_};  // says that it is durable
  StoredJobManager::Options options_{.retention = absl::Minutes(10)};
  std::unique_ptr<StoredJobManager> jobs_;
};

TEST_F(RetentionTest, ACallerMayAskForLessTime) {
  JobSpec spec = SmallJobSpec();
  spec.ttl = absl::Minutes(2);
  const std::string name = RunOne(spec);
  EXPECT_EQ(*jobs_->Get(name)->expire_time, clock_.Now() + absl::Minutes(2));
  clock_.Advance(absl::Minutes(2) - absl::Seconds(1));
  EXPECT_TRUE(IsThere(name));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(IsThere(name));
  EXPECT_TRUE(kept_.List()->empty()) << "its frames are gone, too";
}

TEST_F(RetentionTest, ACallerCannotAskForMoreTime) {
  JobSpec spec = SmallJobSpec();
  spec.ttl = kDay;
  const std::string name = RunOne(spec);
  EXPECT_EQ(*jobs_->Get(name)->expire_time, clock_.Now() + absl::Minutes(10));
  clock_.Advance(absl::Minutes(10));
  EXPECT_FALSE(IsThere(name));
}

TEST_F(RetentionTest, TimeGoesOnWhileTheServerIsDown) {
  const std::string name = RunOne();
  clock_.Advance(absl::Minutes(6));
  Restart();
  EXPECT_TRUE(IsThere(name));
  clock_.Advance(absl::Minutes(4));
  EXPECT_FALSE(IsThere(name));
}

TEST_F(RetentionTest, AReaderOfAJobWhoseTimeIsUpFindsNothing) {
  RecordingObserver reader;
  const std::string name = Submit();
  std::unique_ptr<Job> job = jobs_->Take();
  EncodedFrame frame;
  frame.data = std::make_shared<const std::string>("frame");
  ASSERT_TRUE(jobs_->ReportFrame(*job, frame).ok());
  jobs_->Finish(std::move(job), absl::OkStatus(), {});
  ASSERT_TRUE(jobs_->Attach(name, &reader).ok());
  EXPECT_TRUE(jobs_->ReadFrame(name, 0).ok());
  clock_.Advance(absl::Minutes(10));
  EXPECT_FALSE(IsThere(name));
  EXPECT_EQ(GetErrorReason(jobs_->ReadFrame(name, 0).status()),
            "JOB_NOT_FOUND");
  jobs_->Detach(name, &reader);
}

TEST_F(RetentionTest, AnIdIsFreeAgainOnceItsJobIsForgotten) {
  JobSpec spec = SmallJobSpec();
  spec.request = {.principal = "ada", .id = "r", .digest = "d"};
  const std::string first = RunOne(spec);
  EXPECT_EQ(Submit(spec), first);
  clock_.Advance(absl::Minutes(10));
  jobs_->Sweep();
  EXPECT_NE(Submit(spec), first);
}

// --- A wall clock that jumps ------------------------------------------------

class WallClockTest : public RetentionTest,
                      public ::testing::WithParamInterface<absl::Duration> {};

TEST_P(WallClockTest, WaitingJobsExpireByTheTimeThatHasPassed) {
  JobSpec spec = SmallJobSpec();
  spec.queue_timeout = absl::Minutes(5);
  const std::string name = Submit(spec);
  clock_.JumpWallClock(GetParam());
  jobs_->Sweep();
  EXPECT_EQ(jobs_->Get(name)->state, JobState::kPending);
  clock_.Advance(absl::Minutes(5));
  jobs_->Sweep();
  EXPECT_EQ(GetErrorReason(jobs_->Get(name)->error), "QUEUE_TIMEOUT");
}

TEST_P(WallClockTest, RunningJobsKeepTheirDeadline) {
  JobSpec spec = SmallJobSpec();
  spec.execution_timeout = absl::Minutes(5);
  Submit(spec);
  std::unique_ptr<Job> job = jobs_->Take();
  clock_.JumpWallClock(GetParam());
  EXPECT_TRUE(job->token->Check().ok());
  clock_.Advance(absl::Minutes(5));
  EXPECT_TRUE(absl::IsDeadlineExceeded(job->token->Check()));
  jobs_->Finish(std::move(job), absl::OkStatus(), {});
}

TEST_P(WallClockTest, FinishedJobsStayAsLongAsTheyWould) {
  const std::string name = RunOne();
  clock_.JumpWallClock(GetParam());
  clock_.Advance(absl::Minutes(9));
  EXPECT_TRUE(IsThere(name));
  clock_.Advance(absl::Minutes(1));
  EXPECT_FALSE(IsThere(name));
}

TEST_P(WallClockTest, TimesOfAJobStayInOrder) {
  const std::string name = Submit();
  clock_.JumpWallClock(GetParam());
  std::unique_ptr<Job> job = jobs_->Take();
  clock_.JumpWallClock(GetParam());
  jobs_->Finish(std::move(job), absl::OkStatus(), {});
  const JobSnapshot ended = *jobs_->Get(name);
  EXPECT_LE(ended.create_time, *ended.start_time);
  EXPECT_LE(*ended.start_time, *ended.end_time);
  EXPECT_EQ(*ended.expire_time, *ended.end_time + absl::Minutes(10));
}

TEST_P(WallClockTest, NoAcceptedJobIsLostOverARestart) {
  const std::string first = Submit();
  const std::string second = Submit();
  clock_.JumpWallClock(GetParam());
  Restart();
  std::unique_ptr<Job> job = jobs_->Take();
  EXPECT_EQ(job->name, first);
  jobs_->Finish(std::move(job), absl::OkStatus(), {});
  EXPECT_EQ(jobs_->Get(second)->state, JobState::kPending);
}

INSTANTIATE_TEST_SUITE_P(Jumps, WallClockTest, ::testing::Values(kDay, -kDay),
                         [](const auto& jump) {
                           return jump.param > absl::ZeroDuration()
                                      ? "ADayForward"
                                      : "ADayBack";
                         });

TEST_F(RetentionTest, AClockSetBackOverARestartDoesNotKeepJobsForDays) {
  const std::string name = RunOne();
  clock_.JumpWallClock(-kDay);
  Restart();
  EXPECT_TRUE(IsThere(name));
  clock_.Advance(absl::Minutes(10));
  EXPECT_FALSE(IsThere(name));
}

}  // namespace
}  // namespace animate
