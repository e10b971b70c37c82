#include "server/queue/cost_model.h"

#include <algorithm>

namespace animate {
namespace {

// Of the newest observation. A job has tens of steps, so one job is enough to
// follow a change, and a single slow step moves little.
constexpr double kWeight = 0.2;

double Pixels(const AnimationSpec& spec) {
  return static_cast<double>(spec->width) * spec->height;
}

double FramePixels(const AnimationSpec& spec) {
  return Pixels(spec) * spec->num_frames;
}

double StepUnits(const AnimationSpec& spec) {
  return FramePixels(spec) * (spec.guided() ? 2 : 1);
}

}  // namespace

void CostModel::Rate::Observe(double seconds_per_unit) {
  value = measured ? value + kWeight * (seconds_per_unit - value)
                   : seconds_per_unit;
  measured = true;
}

void CostModel::ObserveStep(const AnimationSpec& spec,
                            absl::Duration duration) {
  step_.Observe(absl::ToDoubleSeconds(duration) / StepUnits(spec));
}

void CostModel::ObserveFrame(const AnimationSpec& spec,
                             absl::Duration duration) {
  frame_.Observe(absl::ToDoubleSeconds(duration) / Pixels(spec));
}

void CostModel::ObservePreparation(const AnimationSpec& spec,
                                   absl::Duration duration) {
  preparation_.Observe(absl::ToDoubleSeconds(duration) / FramePixels(spec));
}

absl::Duration CostModel::PredictTotal(const AnimationSpec& spec) const {
  return PredictRemaining(spec, JobProgress{});
}

absl::Duration CostModel::PredictRemaining(const AnimationSpec& spec,
                                           const JobProgress& progress) const {
  const int steps_left = std::max(0, spec->num_inference_steps - progress.step);
  const int frames_left = std::max(0, spec->num_frames - progress.frames_done);
  double seconds = step_.value * StepUnits(spec) * steps_left +
                   frame_.value * Pixels(spec) * frames_left;
  const bool prepared = progress.stage == JobStage::kDenoising ||
                        progress.stage == JobStage::kDecoding;
  if (!prepared) seconds += preparation_.value * FramePixels(spec);
  return absl::Seconds(seconds);
}

}  // namespace animate
