#ifndef ANIMATE_SERVER_WORKER_CHECKPOINT_KEEPER_H_
#define ANIMATE_SERVER_WORKER_CHECKPOINT_KEEPER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/animation/animation_checkpoint.h"
#include "engine/base/clock.h"
#include "server/queue/job_manager.h"

namespace animate {

// The checkpoints of one run of a job: what it may go on from, when the next
// one is due, and storing it. Storing waits for the disk on the thread that
// runs the job: tens of milliseconds every half minute (docs/operations.md).
// Thread-compatible.
class CheckpointKeeper {
 public:
  // `jobs`, `job` and `clock` must outlive this.
  //   interval: between checkpoints while denoising; 0: none but after it.
  CheckpointKeeper(JobManager& jobs, const Job& job, const Clock& clock,
                   absl::Duration interval);

  // Call it once, before the rest. Without it nothing is wanted.
  void Begin(std::string fingerprint);

  // Where the run may go on. FAILED_PRECONDITION that names both fingerprints
  // when another one made the checkpoint; errors of DecodeCheckpoint.
  // REQUIRES: job.earlier.checkpoint.
  absl::StatusOr<AnimationResumption> Resume();

  // The run does not go on from there after all.
  void StartOver() { denoised_ = false; }

  // See AnimationObserver. kStopped only when the server stops, and the job
  // with it.
  bool Wants(CheckpointMoment moment) const;

  // Stores a checkpoint unless it is the last one again; what fails is logged.
  //   run_time: device time of this run so far; earlier_time: of the earlier
  //   ones it continues.
  void Save(AnimationCheckpoint checkpoint, absl::Duration run_time,
            absl::Duration earlier_time);

  // Whether the job has been stopped to go on in another process.
  bool paused() const;

  // What of `run_time` is lost if the run ends now and another goes on.
  absl::Duration LostOf(absl::Duration run_time) const;

 private:
  bool AllSteps(int step) const;

  JobManager& jobs_;
  const Job& job_;
  const Clock& clock_;
  const absl::Duration interval_;
  std::string fingerprint_;   // "": not begun
  absl::Duration last_time_;  // monotonic; of Begin or the last one
  int saved_step_ = 0;        // 0: none in this run
  absl::Duration saved_run_time_;
  bool denoised_ = false;  // nothing more can be lost
};

}  // namespace animate

#endif  // ANIMATE_SERVER_WORKER_CHECKPOINT_KEEPER_H_
