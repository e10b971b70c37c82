#include "server/worker/job_run.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "tests/support/fake_animator.h"
#include "tests/support/fake_recorder.h"
#include "tests/support/job_inputs.h"
#include "tests/support/job_specs.h"
#include "tests/support/memory_jobs.h"

namespace animate {
namespace {

// Keeps the first report of a finished frame, which comes from the encoder's
// thread, until the device has made another step; notes reports when they are
// complete.
class SlowManager : public MemoryJobs {
 public:
  SlowManager() : MemoryJobs({}) {}

  void ReportProgress(const Job&, const JobProgress& progress) override {
    MutexLock lock(mutex_);
    if (progress.frames_done == 1 && !frame_seen_) {
      frame_seen_ = true;
      changed_.SignalAll();
      while (!step_made_) changed_.Wait(mutex_);
    }
    reports_.push_back(progress);
  }
  absl::Status ReportFrame(const Job&, const EncodedFrame&) override {
    return absl::OkStatus();
  }

  void AwaitReportOfAFrame() {
    MutexLock lock(mutex_);
    while (!frame_seen_) changed_.Wait(mutex_);
  }
  void NoteStep() {
    MutexLock lock(mutex_);
    step_made_ = true;
    changed_.SignalAll();
  }
  std::vector<JobProgress> reports() const {
    MutexLock lock(mutex_);
    return reports_;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  bool frame_seen_ ABSL_GUARDED_BY(mutex_) = false;
  bool step_made_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<JobProgress> reports_ ABSL_GUARDED_BY(mutex_);
};

// Hands a frame over before its last step, as long clips do.
class EarlyFrame : public FakeAnimator {
 public:
  explicit EarlyFrame(SlowManager& jobs) : jobs_(jobs) {}

  absl::Status Animate(const AnimationInput& input, const CancellationToken&,
                       AnimationObserver& observer) override {
    observer.OnStageStarted(EngineStage::kDenoise);
    observer.OnStep(1, 2, absl::Milliseconds(1));
    observer.OnFrame(0, Picture(input));
    jobs_.AwaitReportOfAFrame();
    observer.OnStep(2, 2, absl::Milliseconds(1));
    jobs_.NoteStep();
    observer.OnFrame(1, Picture(input));
    return absl::OkStatus();
  }

 private:
  static RgbImage Picture(const AnimationInput& input) {
    return RgbImage(input.spec->width, input.spec->height);
  }
  SlowManager& jobs_;
};

TEST(JobRunTest, ReportsNeverGoBackWhileDeviceAndEncoderReportAtOnce) {
  SlowManager jobs;
  EarlyFrame animator(jobs);
  FakeRecorder recorder;
  Job job;
  job.spec = std::make_shared<const JobSpec>(SmallJobSpec({.steps = 2}));
  job.inputs = GreyInputs(2);
  job.token = std::make_shared<CancellationToken>();
  JobRun::Environment environment{jobs,          animator, recorder,
                                  Clock::Real(), Limits(), nullptr};
  const absl::Status status = JobRun(environment, job).Run();
  ASSERT_TRUE(status.ok()) << status;
  const std::vector<JobProgress> reports = jobs.reports();
  ASSERT_FALSE(reports.empty());
  for (size_t i = 1; i < reports.size(); ++i) {
    EXPECT_GE(reports[i].step, reports[i - 1].step) << "report " << i;
    EXPECT_GE(reports[i].frames_done, reports[i - 1].frames_done)
        << "report " << i;
  }
  EXPECT_EQ(reports.back().step, 2);
  EXPECT_EQ(reports.back().frames_done, 2);
}

}  // namespace
}  // namespace animate
