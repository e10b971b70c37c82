#include "server/worker/worker.h"

#include <gtest/gtest.h>

#include <memory>

#include "engine/base/error.h"
#include "engine/base/log.h"
#include "tests/support/fake_animator.h"
#include "tests/support/fake_pose_detector.h"
#include "tests/support/fake_recorder.h"
#include "tests/support/job_inputs.h"
#include "tests/support/job_specs.h"
#include "tests/support/memory_jobs.h"
#include "tests/support/recording_observer.h"
#include "tests/support/small_clip.h"
#include "tests/support/standing_person.h"

namespace animate {
namespace {

using Point = FakeAnimator::Point;

// One worker with everything around it.
struct Site {
  explicit Site(const Clock& clock = Clock::Real(),
                PoseDetector* detector = nullptr)
      : jobs({}, clock),
        worker(std::make_unique<Worker>(JobRun::Environment{
            jobs, animator, recorder, clock, Limits(), detector})) {
    SetMinLogSeverity(LogSeverity::kError);
  }
  ~Site() {
    animator.Release();
    jobs.Drain();
    worker.reset();
  }

  std::string Submit(RecordingObserver& observer,
                     const JobSpec& spec = SmallJobSpec(),
                     const EncodedInputs& inputs = GreyInputs(2)) {
    return jobs.Submit(spec, inputs, &observer)->name;
  }

  FakeAnimator animator;
  FakeRecorder recorder;
  MemoryJobs jobs;
  std::unique_ptr<Worker> worker;
};

TEST(WorkerTest, RunsAJobToItsLastFrame) {
  RecordingObserver observer;
  Site site;
  JobSpec spec = SmallJobSpec({.steps = 3});
  spec.output_format = OutputFormat::kPng;
  site.Submit(observer, spec);
  const JobSnapshot ended = observer.AwaitEnd();
  EXPECT_EQ(ended.state, JobState::kSucceeded) << ended.error;
  EXPECT_EQ(ended.progress.step, 3);
  EXPECT_EQ(ended.progress.frames_done, 2);
  EXPECT_GT(ended.usage.device_time, absl::ZeroDuration());
  EXPECT_EQ(ended.usage.wasted_device_time, absl::ZeroDuration());
  const std::vector<EncodedFrame> frames = observer.frames();
  ASSERT_EQ(frames.size(), 2u);
  for (int i = 0; i < 2; ++i) {
    const auto frame = DecodeImage(*frames[static_cast<size_t>(i)].data);
    ASSERT_TRUE(frame.ok());
    EXPECT_EQ(*frame->at(5, 5), FakeAnimator::Shade(0, i));
  }
  EXPECT_EQ(observer.breaches(), 0);
}

TEST(WorkerTest, RecordsStagesStepsAndFrames) {
  RecordingObserver observer;
  Site site;
  site.Submit(observer, SmallJobSpec({.steps = 3}));
  observer.AwaitEnd();
  for (const JobPhase phase :
       {JobPhase::kInputDecode, JobPhase::kClip, JobPhase::kVaeEncode,
        JobPhase::kReference, JobPhase::kPose, JobPhase::kDenoise,
        JobPhase::kVaeDecode, JobPhase::kEncode}) {
    EXPECT_EQ(site.recorder.Count("PhaseFinished", phase), 1);
  }
  EXPECT_EQ(site.recorder.Count("DenoiseStep"), 3);
  EXPECT_EQ(site.recorder.Count("FrameGenerated"), 2);
  EXPECT_EQ(site.recorder.Count("RealtimeFactor"), 1);
  EXPECT_GT(site.recorder.Sum("DeviceTime"), 0);
  EXPECT_EQ(site.recorder.Count("DeviceTimeWasted"), 0);
}

TEST(WorkerTest, CancellingWhileDenoisingStopsAtTheNextStep) {
  RecordingObserver observer;
  Site site;
  site.animator.HoldAt(Point::kStep, 3);
  const std::string name = site.Submit(observer, SmallJobSpec({.steps = 50}));
  site.animator.AwaitHeld();
  EXPECT_EQ(site.jobs.Cancel(name, "DISCONNECTED")->state,
            JobState::kCancelling);
  site.animator.Release();
  const JobSnapshot ended = observer.AwaitEnd();
  EXPECT_EQ(ended.state, JobState::kCancelled);
  EXPECT_EQ(site.animator.steps_done(), 2);
  EXPECT_EQ(ended.usage.wasted_device_time, ended.usage.device_time);
  EXPECT_EQ(site.recorder.Count("CancelLatency", CancelPhase::kDenoising), 1);
  EXPECT_EQ(site.recorder.Count("DeviceTimeWasted", WasteReason::kDisconnected),
            1);
  EXPECT_TRUE(observer.frames().empty());
}

TEST(WorkerTest, CancellingWhileDecodingStopsAtTheNextFrame) {
  RecordingObserver observer;
  Site site;
  site.animator.HoldAt(Point::kFrame, 1);
  const std::string name = site.Submit(observer);
  site.animator.AwaitHeld();
  observer.AwaitFrames(1);
  site.jobs.Cancel(name, "").IgnoreError();
  site.animator.Release();
  EXPECT_EQ(observer.AwaitEnd().state, JobState::kCancelled);
  EXPECT_EQ(observer.frames().size(), 1u);
  EXPECT_EQ(site.recorder.Count("CancelLatency", CancelPhase::kDecoding), 1);
}

TEST(WorkerTest, TheNextJobRunsAfterACancelledOne) {
  RecordingObserver first;
  RecordingObserver second;
  Site site;
  site.animator.HoldAt(Point::kStep, 1);
  const std::string name = site.Submit(first);
  site.animator.AwaitHeld();
  site.Submit(second);
  site.jobs.Cancel(name, "").IgnoreError();
  site.animator.Release();
  EXPECT_EQ(first.AwaitEnd().state, JobState::kCancelled);
  EXPECT_EQ(second.AwaitEnd().state, JobState::kSucceeded);
}

TEST(WorkerTest, ReportsHowTheMotionWasFitted) {
  RecordingObserver observer;
  Site site;
  EncodedInputs inputs = GreyInputs(0);
  inputs.pose_kind = PoseKind::kKeypoints;
  inputs.keypoints = WalkingPerson(200, 300, 2);
  JobSpec spec = SmallJobSpec();
  spec.retarget.emplace();
  spec.retarget->reference_pose = StandingPerson(40, 55, 45);
  site.Submit(observer, spec, inputs);
  const JobSnapshot ended = observer.AwaitEnd();
  EXPECT_EQ(ended.state, JobState::kSucceeded) << ended.error;
  ASSERT_NE(ended.retarget, nullptr);
  EXPECT_EQ(ended.retarget->mode, RetargetMode::kSequence);
  EXPECT_EQ(ended.retarget->report.root, "mid_hip");
  EXPECT_FALSE(ended.retarget->report.ratio.empty());
}

TEST(WorkerTest, CancellingWhileLookingForPosesStopsAtTheNextPicture) {
  RecordingObserver observer;
  Mutex mutex;
  CondVar changed;
  bool looking = false;
  bool go_on = false;
  FakePoseDetector detector(
      [](const RgbImage&) { return StandingPerson(24, 30, 28); });
  detector.OnEachLook([&] {
    MutexLock lock(mutex);
    looking = true;
    changed.SignalAll();
    while (!go_on) changed.Wait(mutex);
  });
  Site site(Clock::Real(), &detector);
  EncodedInputs inputs = GreyInputs(0);
  inputs.pose_kind = PoseKind::kDrivingVideo;
  inputs.poses = {SmallClip(3)};
  const std::string name = site.Submit(observer, SmallJobSpec(), inputs);
  {
    MutexLock lock(mutex);
    while (!looking) changed.Wait(mutex);
  }
  site.jobs.Cancel(name, "DISCONNECTED").IgnoreError();
  {
    MutexLock lock(mutex);
    go_on = true;
    changed.SignalAll();
  }
  EXPECT_EQ(observer.AwaitEnd().state, JobState::kCancelled);
  EXPECT_EQ(detector.looks(), 1);
  EXPECT_EQ(site.animator.runs_started(), 0);
  EXPECT_EQ(site.recorder.Count("CancelLatency", CancelPhase::kPreparing), 1);
}

TEST(WorkerTest, BadInputFailsTheJobWithoutTouchingTheDevice) {
  RecordingObserver bad;
  RecordingObserver good;
  Site site;
  site.Submit(bad, SmallJobSpec(), GreyInputs(1));
  const JobSnapshot ended = bad.AwaitEnd();
  EXPECT_EQ(ended.state, JobState::kFailed);
  EXPECT_EQ(GetErrorReason(ended.error), "POSE_COUNT_MISMATCH");
  EXPECT_EQ(site.animator.runs_started(), 0);
  site.Submit(good);
  EXPECT_EQ(good.AwaitEnd().state, JobState::kSucceeded);
}

TEST(WorkerTest, SurvivesAnAnimatorThatThrows) {
  RecordingObserver bad;
  RecordingObserver good;
  Site site;
  SetLogSink([](absl::string_view) {});
  site.animator.ThrowAtStep(2);
  site.Submit(bad);
  const JobSnapshot ended = bad.AwaitEnd();
  EXPECT_EQ(ended.state, JobState::kFailed);
  EXPECT_EQ(ended.error.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ended.usage.wasted_device_time, ended.usage.device_time);
  EXPECT_EQ(site.recorder.Count("DeviceTimeWasted", WasteReason::kFailed), 1);
  site.Submit(good);
  EXPECT_EQ(good.AwaitEnd().state, JobState::kSucceeded);
  SetLogSink(nullptr);
}

TEST(WorkerTest, ReportsAndCountsErrorsOfTheDevice) {
  RecordingObserver oom;
  RecordingObserver nan;
  Site site;
  site.animator.FailAtStep(
      1, MakeError(absl::StatusCode::kResourceExhausted, "no GPU memory",
                   {.reason = "GPU_OOM"}));
  site.Submit(oom);
  EXPECT_EQ(GetErrorReason(oom.AwaitEnd().error), "GPU_OOM");
  site.animator.FailAtStep(1, MakeError(absl::StatusCode::kInternal, "nan",
                                        {.reason = "NAN_OUTPUT"}));
  site.Submit(nan);
  EXPECT_EQ(nan.AwaitEnd().state, JobState::kFailed);
  EXPECT_EQ(site.recorder.Count("GpuOutOfMemory"), 1);
  EXPECT_EQ(site.recorder.Count("NanOutput"), 1);
}

TEST(WorkerTest, ProgressNamesTheStages) {
  RecordingObserver observer;
  Site site;
  site.animator.HoldAt(Point::kStep, 2);
  const std::string name = site.Submit(observer, SmallJobSpec({.steps = 2}));
  site.animator.AwaitHeld();
  JobProgress progress = site.jobs.Get(name)->progress;
  EXPECT_EQ(progress.stage, JobStage::kDenoising);
  EXPECT_EQ(progress.step, 1);
  EXPECT_EQ(progress.steps, 2);
  site.animator.Release();
  EXPECT_EQ(observer.AwaitEnd().progress.stage, JobStage::kDecoding);
}

TEST(WorkerTest, LogsCarryTheJobsName) {
  RecordingObserver observer;
  Mutex mutex;
  std::string lines;
  {
    Site site;
    SetMinLogSeverity(LogSeverity::kInfo);
    SetLogSink([&](absl::string_view line) {
      MutexLock lock(mutex);
      lines += std::string(line) + "\n";
    });
    site.Submit(observer);
    observer.AwaitEnd();
  }
  SetLogSink(nullptr);
  const std::string field = "\"job\":\"" + observer.AwaitEnd().name + "\"";
  EXPECT_NE(lines.find("\"event\":\"job_running\"," + field), lines.npos)
      << lines;
  EXPECT_NE(lines.find("\"event\":\"job_ran\"," + field), lines.npos);
}

}  // namespace
}  // namespace animate
