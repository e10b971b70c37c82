#ifndef ANIMATE_SERVER_QUEUE_PROGRESS_METER_H_
#define ANIMATE_SERVER_QUEUE_PROGRESS_METER_H_

#include "absl/time/time.h"
#include "server/queue/cost_model.h"
#include "server/queue/job.h"

namespace animate {

// Feeds a CostModel with the times between the progress reports of one running
// job, so that predictions are right before the first job has ended.
// Thread-compatible.
class ProgressMeter {
 public:
  // `start`: monotonic time at which a device took the job. `done`: what
  // earlier attempts have done of it.
  explicit ProgressMeter(absl::Duration start, const JobProgress& done = {})
      : mark_(start) {
    last_.step = done.step;
    last_.frames_done = done.frames_done;
  }

  // `progress` was reported at monotonic time `now`, after `last_`.
  void Observe(const AnimationSpec& spec, const JobProgress& progress,
               absl::Duration now, CostModel& costs);

 private:
  JobProgress last_;
  absl::Duration mark_;  // when the work now being measured began
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_PROGRESS_METER_H_
