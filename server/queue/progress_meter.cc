#include "server/queue/progress_meter.h"

namespace animate {

void ProgressMeter::Observe(const AnimationSpec& spec,
                            const JobProgress& progress, absl::Duration now,
                            CostModel& costs) {
  const absl::Duration elapsed = now - mark_;
  const int steps = progress.step - last_.step;
  const int frames = progress.frames_done - last_.frames_done;
  const bool stage_changed = progress.stage != last_.stage;
  if (steps <= 0 && frames <= 0 && !stage_changed) return;
  // Frames that leave during the last denoising step are part of it.
  const bool denoising = progress.stage == JobStage::kDenoising;
  if (denoising && steps <= 0 && !stage_changed) return;

  // A duration of zero is a clock too coarse, not a step that costs nothing.
  if (elapsed > absl::ZeroDuration()) {
    if (steps > 0) {
      costs.ObserveStep(spec, elapsed / steps);
    } else if (frames > 0) {
      costs.ObserveFrame(spec, elapsed / frames);
    } else if (denoising) {
      costs.ObservePreparation(spec, elapsed);
    }
  }
  // Preparation lasts from the start to the first step, whatever the stages
  // before that are called.
  if (progress.stage != JobStage::kPreparing) mark_ = now;
  last_ = progress;
}

}  // namespace animate
