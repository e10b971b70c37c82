// Jobs that go on in the middle after the end of a process: what the next one
// is offered, what readers hear, and what device time counts as lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/log.h"
#include "server/queue/checkpoint_codec.h"
#include "server/queue/stored_job_manager.h"
#include "server/store/memory_job_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fragile_store.h"
#include "tests/support/job_specs.h"
#include "tests/support/recording_observer.h"

namespace animate {
namespace {

using ::testing::ElementsAre;

// Keeps what it hears of recovery.
class RecoveryListener : public JobListener {
 public:
  void OnSubmitted(const JobSnapshot&) override {}
  void OnRecovered(const JobSnapshot&, RecoveryOutcome outcome) override {
    outcomes.push_back(outcome);
  }
  void OnWorkLost(const JobSnapshot&, absl::Duration time) override {
    lost += time;
  }
  void OnRefused(const absl::Status&) override {}
  void OnStarted(const JobSnapshot&, absl::Duration) override {}
  void OnPaused(const JobSnapshot&) override { ++paused; }
  void OnFirstFrame(const JobSnapshot&, absl::Duration) override {
    ++first_frames;
  }
  void OnFinished(const JobSnapshot&, absl::Duration) override {}

  std::vector<RecoveryOutcome> outcomes;
  absl::Duration lost;
  int paused = 0;
  int first_frames = 0;
};

class ResettableObserver : public RecordingObserver {
 public:
  void OnReset(const JobSnapshot& job) override { resets.push_back(job); }
  std::vector<JobSnapshot> resets;
};

EncodedFrame FrameNumber(int index) {
  return {.index = index, .data = std::make_shared<const std::string>("f")};
}

constexpr int kStepsOfAll = 10;

JobCheckpoint CheckpointAt(int step, absl::Duration device_time) {
  CheckpointData data;
  data.animation.step = step;
  data.animation.shape = {1, 1, 1, 1, 1};
  data.animation.latents = {0.5f};
  data.device_time = device_time;
  return {.step = step, .fingerprint = "here", .data = EncodeCheckpoint(data)};
}

// Processes that come and go over one store.
class ContinuationTest : public ::testing::Test {
 protected:
  ContinuationTest() {
    SetLogSink([](absl::string_view) {});
    Start();
  }
  ~ContinuationTest() override {
    Kill();
    SetLogSink(nullptr);
  }

  void Start() {
    store_ = std::make_unique<FragileStore>(kept_);
    jobs_ = std::make_unique<StoredJobManager>(options_, *store_, clock_,
                                               &listener_);
    const absl::Status status = jobs_->Recover();
    EXPECT_TRUE(status.ok()) << status;
  }
  void Kill() {
    if (jobs_ == nullptr) return;
    store_->Break(absl::UnavailableError("killed"));
    jobs_->Shutdown();
    if (job_ != nullptr) {
      jobs_->Finish(std::move(job_), absl::CancelledError(""), {});
    }
    jobs_.reset();
  }
  void KillAndStart() {
    Kill();
    listener_ = RecoveryListener();
    Start();
  }

  const Job& SubmitAndTake() {
    JobSpec spec = SmallJobSpec({.num_frames = 4, .steps = kStepsOfAll});
    spec.disconnect_grace = absl::Hours(1);
    EXPECT_TRUE(jobs_->Submit(spec, {.reference = "r"}, nullptr).ok());
    return Take();
  }
  const Job& Take() {
    job_ = jobs_->Take();
    return *job_;
  }
  void Finish(const absl::Status& status, const JobUsage& usage = {}) {
    jobs_->Finish(std::move(job_), status, usage);
  }

  FakeClock clock_;
  StoredJobManager::Options options_{.max_crashes = 9};
  MemoryJobStore kept_;
  RecoveryListener listener_;
  std::unique_ptr<FragileStore> store_;
  std::unique_ptr<StoredJobManager> jobs_;
  std::unique_ptr<Job> job_;
};

TEST_F(ContinuationTest, AFreshJobHasNothingToGoOnFrom) {
  const Job& job = SubmitAndTake();
  EXPECT_TRUE(job.durable);
  EXPECT_FALSE(job.earlier.checkpoint.has_value());
  EXPECT_EQ(job.earlier.frames, 0);
}

TEST_F(ContinuationTest, ACrashedJobIsOfferedItsNewestCheckpointAndItsFrames) {
  const std::string name = SubmitAndTake().name;
  ASSERT_TRUE(jobs_->SaveCheckpoint(*job_, CheckpointAt(3, {})).ok());
  ASSERT_TRUE(jobs_->SaveCheckpoint(*job_, CheckpointAt(6, {})).ok());
  ASSERT_TRUE(jobs_->ReportFrame(*job_, FrameNumber(0)).ok());
  ASSERT_TRUE(jobs_->ReportFrame(*job_, FrameNumber(1)).ok());
  KillAndStart();
  EXPECT_THAT(listener_.outcomes, ElementsAre(RecoveryOutcome::kResumes));
  const JobSnapshot waiting = *jobs_->Get(name);
  EXPECT_EQ(waiting.generation, 1);
  EXPECT_EQ(waiting.frames, 2) << "readable before it runs again";
  EXPECT_EQ(waiting.progress.step, 6);
  EXPECT_EQ(waiting.progress.frames_done, 2);
  EXPECT_TRUE(jobs_->ReadFrame(name, 1).ok());

  const Job& job = Take();
  ASSERT_TRUE(job.earlier.checkpoint.has_value());
  EXPECT_EQ(job.earlier.checkpoint->step, 6);
  EXPECT_EQ(job.earlier.checkpoint->fingerprint, "here");
  EXPECT_EQ(job.earlier.frames, 2);
  ASSERT_TRUE(jobs_->ReportFrame(job, FrameNumber(2)).ok());
  EXPECT_EQ(jobs_->Get(name)->frames, 3);
  EXPECT_EQ(jobs_->Get(name)->generation, 1);
  EXPECT_EQ(listener_.first_frames, 0) << "that was long ago";
}

TEST_F(ContinuationTest, StartingOverVoidsFramesAndTellsReaders) {
  ResettableObserver observer;
  const std::string name = SubmitAndTake().name;
  ASSERT_TRUE(jobs_->SaveCheckpoint(*job_, CheckpointAt(3, {})).ok());
  ASSERT_TRUE(jobs_->ReportFrame(*job_, FrameNumber(0)).ok());
  KillAndStart();
  ASSERT_TRUE(jobs_->Attach(name, &observer).ok());
  const Job& job = Take();
  ASSERT_TRUE(jobs_->StartOver(job).ok());
  ASSERT_EQ(observer.resets.size(), 1u);
  EXPECT_EQ(observer.resets[0].generation, 2);
  EXPECT_EQ(jobs_->Get(name)->generation, 2);
  EXPECT_EQ(jobs_->Get(name)->frames, 0);
  EXPECT_FALSE(jobs_->ReadFrame(name, 0).ok());
  EXPECT_FALSE(kept_.LoadCheckpoint(name)->has_value());
  ASSERT_TRUE(jobs_->ReportFrame(job, FrameNumber(0)).ok());
  EXPECT_EQ(listener_.first_frames, 1);
  jobs_->Detach(name, &observer);
}

TEST_F(ContinuationTest, StartingOverWithoutFramesIsNothingToReaders) {
  ResettableObserver observer;
  const std::string name = SubmitAndTake().name;
  ASSERT_TRUE(jobs_->SaveCheckpoint(*job_, CheckpointAt(3, {})).ok());
  KillAndStart();
  ASSERT_TRUE(jobs_->Attach(name, &observer).ok());
  ASSERT_TRUE(jobs_->StartOver(Take()).ok());
  EXPECT_TRUE(observer.resets.empty());
  EXPECT_EQ(jobs_->Get(name)->generation, 1);
  jobs_->Detach(name, &observer);
}

TEST_F(ContinuationTest, ACheckpointThatCannotBeReadIsNone) {
  const std::string name = SubmitAndTake().name;
  ASSERT_TRUE(
      jobs_->SaveCheckpoint(*job_, {.step = 3, .data = "nonsense"}).ok());
  ASSERT_TRUE(jobs_->ReportFrame(*job_, FrameNumber(0)).ok());
  KillAndStart();
  EXPECT_THAT(listener_.outcomes, ElementsAre(RecoveryOutcome::kRestarts));
  EXPECT_EQ(jobs_->Get(name)->generation, 2);
  EXPECT_FALSE(Take().earlier.checkpoint.has_value());
}

TEST_F(ContinuationTest, ADrainedServerLeavesTheJobWhereItWas) {
  const std::string name = SubmitAndTake().name;
  jobs_->Shutdown();
  const absl::Status stop = job_->token->Check();
  ASSERT_EQ(GetErrorReason(stop), "DRAINING");
  ASSERT_TRUE(
      jobs_->SaveCheckpoint(*job_, CheckpointAt(4, absl::Seconds(8))).ok());
  Finish(stop, {.device_time = absl::Seconds(9),
                .wasted_device_time = absl::Seconds(1)});
  EXPECT_EQ(listener_.paused, 1);
  KillAndStart();
  EXPECT_THAT(listener_.outcomes, ElementsAre(RecoveryOutcome::kResumes));
  EXPECT_EQ(listener_.lost, absl::ZeroDuration()) << "counted when it paused";
  EXPECT_EQ(kept_.Get(name)->crashes, 0);
  const Job& job = Take();
  EXPECT_EQ(job.earlier.checkpoint->step, 4);
  EXPECT_EQ(job.earlier.usage.device_time, absl::Seconds(9));
  EXPECT_EQ(job.earlier.usage.wasted_device_time, absl::Seconds(1));
}

TEST_F(ContinuationTest, ACrashCostsWhatCameAfterTheCheckpoint) {
  const std::string name = SubmitAndTake().name;
  ASSERT_TRUE(
      jobs_->SaveCheckpoint(*job_, CheckpointAt(4, absl::Seconds(8))).ok());
  jobs_->ReportUsage(*job_, {.device_time = absl::Seconds(11)});
  KillAndStart();
  EXPECT_EQ(listener_.lost, absl::Seconds(3));
  EXPECT_EQ(jobs_->Get(name)->usage.wasted_device_time, absl::Seconds(3));
  EXPECT_EQ(kept_.Get(name)->usage.wasted_device_time, absl::Seconds(3));
  KillAndStart();
  EXPECT_EQ(listener_.lost, absl::ZeroDuration()) << "counted once";
  Take();
  Finish(absl::OkStatus(), {.device_time = absl::Seconds(20)});
  EXPECT_EQ(jobs_->Get(name)->usage.device_time, absl::Seconds(31));
  EXPECT_EQ(jobs_->Get(name)->usage.wasted_device_time, absl::Seconds(3));
}

TEST_F(ContinuationTest, AfterDenoisingACrashCostsNothing) {
  SubmitAndTake();
  ASSERT_TRUE(
      jobs_->SaveCheckpoint(*job_, CheckpointAt(kStepsOfAll, absl::Seconds(8)))
          .ok());
  jobs_->ReportUsage(*job_, {.device_time = absl::Seconds(11)});
  KillAndStart();
  EXPECT_EQ(listener_.lost, absl::ZeroDuration());
}

TEST_F(ContinuationTest, WithoutCheckpointACrashCostsEverything) {
  const std::string name = SubmitAndTake().name;
  jobs_->ReportUsage(*job_, {.device_time = absl::Seconds(11)});
  KillAndStart();
  EXPECT_THAT(listener_.outcomes, ElementsAre(RecoveryOutcome::kRestarts));
  EXPECT_EQ(listener_.lost, absl::Seconds(11));
  EXPECT_EQ(jobs_->Get(name)->usage.wasted_device_time, absl::Seconds(11));
}

TEST_F(ContinuationTest, AJobGivenUpWhileItWaitsHasWastedItsEarlierWork) {
  const std::string name = SubmitAndTake().name;
  ASSERT_TRUE(
      jobs_->SaveCheckpoint(*job_, CheckpointAt(4, absl::Seconds(8))).ok());
  jobs_->ReportUsage(*job_, {.device_time = absl::Seconds(8)});
  KillAndStart();
  EXPECT_EQ(jobs_->Cancel(name, "")->state, JobState::kCancelled);
  EXPECT_EQ(listener_.lost, absl::Seconds(8));
  EXPECT_EQ(jobs_->Get(name)->usage.wasted_device_time, absl::Seconds(8));
}

TEST_F(ContinuationTest, APoisonedJobHasWastedEverything) {
  options_.max_crashes = 1;
  KillAndStart();
  const std::string name = SubmitAndTake().name;
  ASSERT_TRUE(
      jobs_->SaveCheckpoint(*job_, CheckpointAt(4, absl::Seconds(8))).ok());
  jobs_->ReportUsage(*job_, {.device_time = absl::Seconds(9)});
  KillAndStart();
  EXPECT_THAT(listener_.outcomes, ElementsAre(RecoveryOutcome::kPoisoned));
  EXPECT_EQ(jobs_->Get(name)->usage.wasted_device_time, absl::Seconds(9));
  EXPECT_EQ(listener_.lost, absl::Seconds(9));
}

TEST_F(ContinuationTest, RoomForCheckpointsIsPromised) {
  const JobSpec spec = SmallJobSpec();
  EXPECT_GT(MaxCheckpointBytes(spec),
            2 * CheckpointBytes(4 * spec.animation->num_frames * 8 * 8));
  store_->SetFreeBytes(MaxOutputBytes(spec));
  EXPECT_EQ(GetErrorReason(jobs_->Submit(spec, {}, nullptr).status()),
            "SPOOL_FULL");
}

}  // namespace
}  // namespace animate
