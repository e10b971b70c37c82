#ifndef ANIMATE_SERVER_WORKER_JOB_RUN_H_
#define ANIMATE_SERVER_WORKER_JOB_RUN_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/animation/animator.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"
#include "engine/detector/pose_detector.h"
#include "server/metrics/recorder.h"
#include "server/queue/job_manager.h"
#include "server/worker/checkpoint_keeper.h"
#include "server/worker/frame_encoder.h"

namespace animate {

// One job on one device, from its bytes to its last frame: decodes the inputs,
// goes on where an earlier attempt has stopped, animates, encodes, and reports
// all of it to manager and recorder. Used once.
class JobRun : private AnimationObserver {
 public:
  struct Environment {
    JobManager& jobs;
    Animator& animator;
    Recorder& recorder;
    const Clock& clock;
    Limits limits;
    PoseDetector* detector = nullptr;  // null: none
    std::string build = {};            // version and commit of the program
    // Between checkpoints while denoising; 0: none but after it.
    absl::Duration checkpoint_interval = absl::Seconds(30);
  };

  // `environment` and `job` must outlive the run.
  JobRun(Environment& environment, const Job& job);

  // Blocks until the job has ended; the caller owes JobManager::Finish with
  // what this returns and usage(). Exceptions of the animator and of the
  // standard library (memory) become INTERNAL.
  absl::Status Run();

  const JobUsage& usage() const { return usage_; }

 private:
  absl::Status DecodeAndAnimate();
  // A job may be older than this process, its model and its limits.
  absl::Status CheckJob() const;
  absl::StatusOr<AnimationInput> Decode();
  void ReportRetarget(RetargetOutcome outcome);
  // Decides from where to animate `input`.
  absl::Status TakeUp(AnimationInput& input);
  absl::Status StartOver(const absl::Status& why);
  absl::Status Animate(const AnimationInput& input);
  // Of this run so far.
  absl::Duration DeviceTime() const;
  void ReportUsage();
  void RecordEnd(const absl::Status& status);

  // AnimationObserver:
  void OnStageStarted(EngineStage stage) override;
  void OnStageFinished(EngineStage stage, absl::Duration duration) override;
  void OnStep(int step, int num_steps, absl::Duration duration) override;
  void OnFrame(int index, RgbImage frame) override;
  bool WantsCheckpoint(CheckpointMoment moment) override;
  void OnCheckpoint(AnimationCheckpoint checkpoint) override;

  // On the encoder's thread.
  void OnEncoded(const EncodedFrame& frame);

  // Applies `change` to the progress and reports the result; device and
  // encoder may do so at the same time, and reports never go back.
  template <typename Change>
  void Report(Change change);

  Environment& environment_;
  const Job& job_;
  JobUsage usage_;  // of this run, until it ends without what runs just now
  absl::Duration device_start_ = absl::InfiniteDuration();  // monotonic
  absl::Duration usage_time_;  // monotonic, of the last ReportUsage
  // Device time of earlier runs that is of use to this one.
  absl::Duration earlier_time_;
  CheckpointKeeper checkpoints_;

  Mutex mutex_;
  JobProgress progress_ ABSL_GUARDED_BY(mutex_);
  absl::Status frame_error_ ABSL_GUARDED_BY(mutex_);  // of storing one
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;      // since the last report
  bool reporting_ ABSL_GUARDED_BY(mutex_) = false;    // some thread is

  FrameEncoder encoder_;  // last: its thread uses the rest
};

}  // namespace animate

#endif  // ANIMATE_SERVER_WORKER_JOB_RUN_H_
