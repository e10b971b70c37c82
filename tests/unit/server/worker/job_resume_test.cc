// A worker that takes up what another process has left of a job.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/log.h"
#include "server/queue/stored_job_manager.h"
#include "server/store/memory_job_store.h"
#include "server/worker/worker.h"
#include "tests/support/fake_animator.h"
#include "tests/support/fake_recorder.h"
#include "tests/support/fragile_store.h"
#include "tests/support/job_inputs.h"
#include "tests/support/job_specs.h"
#include "tests/support/recording_observer.h"

namespace animate {
namespace {

using Point = FakeAnimator::Point;

constexpr int kStepsInAll = 6;
constexpr int kFramesInAll = 4;

ModelInfo ModelNamed(const std::string& digest) {
  ModelInfo info = FakeAnimator::DefaultInfo();
  info.digest = digest;
  return info;
}

// A process with one worker, over a store that outlives it.
class Process {
 public:
  explicit Process(MemoryJobStore& kept,
                   absl::Duration interval = absl::Nanoseconds(1),
                   const std::string& build = "1",
                   const std::string& model = "m")
      : store_(kept), animator(ModelNamed(model)), jobs({}, store_) {
    EXPECT_TRUE(jobs.Recover().ok());
    environment_ = std::make_unique<JobRun::Environment>(
        JobRun::Environment{.jobs = jobs,
                            .animator = animator,
                            .recorder = recorder,
                            .clock = Clock::Real(),
                            .limits = Limits(),
                            .build = build,
                            .checkpoint_interval = interval});
  }
  ~Process() { Kill(); }

  void Work() { worker_ = std::make_unique<Worker>(*environment_); }

  std::string Submit(uint64_t seed = 5) {
    AnimationParameters parameters =
        *SmallAnimationSpec({.num_frames = kFramesInAll, .steps = kStepsInAll});
    parameters.seed = seed;
    JobSpec spec{.animation = *AnimationSpec::Create(parameters, Limits())};
    spec.output_format = OutputFormat::kPng;
    spec.disconnect_grace = absl::Hours(1);
    return jobs.Submit(spec, GreyInputs(kFramesInAll), nullptr)->name;
  }

  // Nothing that happens from here on is stored.
  void Kill() {
    store_.Break(absl::UnavailableError("killed"));
    Stop();
  }
  // As on SIGTERM when the drain has taken too long.
  void Stop() {
    jobs.Shutdown();
    animator.Release();
    worker_.reset();
  }

  // Ends the job that runs, and returns what has become of it.
  JobSnapshot Await(const std::string& name) {
    RecordingObserver observer;
    EXPECT_TRUE(jobs.Attach(name, &observer).ok());
    JobSnapshot end = observer.AwaitEnd();
    jobs.Detach(name, &observer);
    return end;
  }

  std::vector<std::string> Frames(const std::string& name) const {
    std::vector<std::string> frames;
    for (int i = 0; i < jobs.Get(name)->frames; ++i) {
      frames.push_back(*jobs.ReadFrame(name, i)->data);
    }
    return frames;
  }

 private:
  FragileStore store_;

 public:
  FakeAnimator animator;
  FakeRecorder recorder;
  StoredJobManager jobs;

 private:
  std::unique_ptr<JobRun::Environment> environment_;
  std::unique_ptr<Worker> worker_;
};

std::vector<std::string> UndisturbedFrames() {
  MemoryJobStore store;
  Process process(store);
  const std::string name = process.Submit();
  process.Work();
  EXPECT_EQ(process.Await(name).state, JobState::kSucceeded);
  return process.Frames(name);
}

// Leaves a job that was killed before `number`.
std::string LeaveAt(MemoryJobStore& store, Point point, int number,
                    absl::Duration interval = absl::Nanoseconds(1)) {
  Process process(store, interval);
  process.animator.HoldAt(point, number);
  const std::string name = process.Submit();
  process.Work();
  process.animator.AwaitHeld();
  // Frames are encoded on another thread.
  while (point == Point::kFrame && process.jobs.Get(name)->frames < number) {
    std::this_thread::yield();
  }
  process.Kill();
  return name;
}

class JobResumeTest : public ::testing::Test {
 protected:
  JobResumeTest() {
    SetLogSink([](absl::string_view) {});
  }
  ~JobResumeTest() override { SetLogSink(nullptr); }
  MemoryJobStore store_;
};

TEST_F(JobResumeTest, GoesOnAtTheStepAfterTheCheckpoint) {
  const std::string name = LeaveAt(store_, Point::kStep, 4);
  ASSERT_EQ((*store_.LoadCheckpoint(name))->step, 3);
  Process process(store_);
  process.Work();
  const JobSnapshot job = process.Await(name);
  EXPECT_EQ(job.state, JobState::kSucceeded) << job.error;
  EXPECT_EQ(process.animator.steps_done(), kStepsInAll - 3);
  EXPECT_EQ(process.recorder.Count("JobResumed", ResumeResult::kContinued), 1);
  EXPECT_EQ(job.generation, 1);
  EXPECT_EQ(process.Frames(name), UndisturbedFrames());
}

TEST_F(JobResumeTest, FramesThatWereStoredAreNotMadeAgain) {
  const std::string name = LeaveAt(store_, Point::kFrame, 2);
  ASSERT_EQ(store_.Get(name)->frames, 2);
  Process process(store_);
  process.Work();
  EXPECT_EQ(process.Await(name).state, JobState::kSucceeded);
  EXPECT_EQ(process.animator.steps_done(), 0);
  EXPECT_EQ(process.recorder.Count("FrameGenerated"), kFramesInAll - 2);
  EXPECT_EQ(process.jobs.Get(name)->generation, 1);
  EXPECT_EQ(process.Frames(name), UndisturbedFrames());
}

TEST_F(JobResumeTest, WithoutIntervalOnlyWhatIsDenoisedIsKept) {
  const std::string early =
      LeaveAt(store_, Point::kStep, 4, absl::ZeroDuration());
  EXPECT_FALSE(store_.LoadCheckpoint(early)->has_value());
  MemoryJobStore other;
  const std::string late =
      LeaveAt(other, Point::kFrame, 0, absl::ZeroDuration());
  EXPECT_EQ((*other.LoadCheckpoint(late))->step, kStepsInAll);
}

TEST_F(JobResumeTest, AStoppedServerKeepsTheLastStep) {
  std::string name;
  {
    Process process(store_, absl::Hours(1));  // no other checkpoint is due
    process.animator.HoldAt(Point::kStep, 5);
    name = process.Submit();
    process.Work();
    process.animator.AwaitHeld();
    process.Stop();
    EXPECT_EQ(process.jobs.Get(name)->state, JobState::kPending);
  }
  EXPECT_EQ(store_.Get(name)->state, JobState::kPending);
  EXPECT_EQ(store_.Get(name)->crashes, 0);
  ASSERT_TRUE(store_.LoadCheckpoint(name)->has_value());
  EXPECT_EQ((*store_.LoadCheckpoint(name))->step, 4);
  Process process(store_);
  process.Work();
  EXPECT_EQ(process.Await(name).state, JobState::kSucceeded);
  EXPECT_EQ(process.animator.steps_done(), kStepsInAll - 4);
  EXPECT_EQ(process.Frames(name), UndisturbedFrames());
}

TEST_F(JobResumeTest, AnotherBuildOrModelStartsOver) {
  for (const bool other_model : {false, true}) {
    MemoryJobStore store;
    const std::string name = LeaveAt(store, Point::kFrame, 2);
    Process process(store, absl::Seconds(1), other_model ? "1" : "2",
                    other_model ? "another" : "m");
    process.Work();
    const JobSnapshot job = process.Await(name);
    EXPECT_EQ(job.state, JobState::kSucceeded) << job.error;
    EXPECT_EQ(job.generation, 2);
    EXPECT_EQ(process.animator.steps_done(), kStepsInAll);
    EXPECT_EQ(process.recorder.Count("JobResumed", ResumeResult::kStartedOver),
              1);
    EXPECT_EQ(process.Frames(name), UndisturbedFrames());
  }
}

TEST_F(JobResumeTest, StartsOverWhenTheAnimatorRefusesTheCheckpoint) {
  const std::string name = LeaveAt(store_, Point::kFrame, 1);
  JobCheckpoint checkpoint = **store_.LoadCheckpoint(name);
  checkpoint.data.back() ^= 1;  // of the last value
  ASSERT_TRUE(store_.SaveCheckpoint(name, checkpoint).ok());
  Process process(store_);
  process.Work();
  const JobSnapshot job = process.Await(name);
  EXPECT_EQ(job.state, JobState::kSucceeded) << job.error;
  EXPECT_EQ(job.generation, 2);
  EXPECT_EQ(process.animator.steps_done(), kStepsInAll);
  EXPECT_EQ(process.Frames(name), UndisturbedFrames());
}

TEST_F(JobResumeTest, AJobGoesOnThoughItsCheckpointCannotBeStored) {
  FragileStore full(store_);
  StoredJobManager jobs({}, full);
  FakeAnimator animator;
  FakeRecorder recorder;
  animator.HoldAt(Point::kStep, 1);
  RecordingObserver observer;
  const std::string name =
      jobs.Submit(SmallJobSpec(), GreyInputs(2), &observer)->name;
  {
    const Worker worker(JobRun::Environment{.jobs = jobs,
                                            .animator = animator,
                                            .recorder = recorder,
                                            .clock = Clock::Real(),
                                            .limits = Limits()});
    animator.AwaitHeld();
    full.BreakCheckpoints(absl::ResourceExhaustedError("full"));
    animator.Release();
    EXPECT_EQ(observer.AwaitEnd().state, JobState::kSucceeded);
    jobs.Drain();
  }
}

}  // namespace
}  // namespace animate
