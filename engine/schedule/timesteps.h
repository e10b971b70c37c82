#ifndef ANIMATE_ENGINE_SCHEDULE_TIMESTEPS_H_
#define ANIMATE_ENGINE_SCHEDULE_TIMESTEPS_H_

#include <vector>

namespace animate {

// Which of the training timesteps inference visits (table 2 of Lin et al. 2023,
// https://arxiv.org/abs/2305.08891; diffusers' timestep_spacing).
enum class TimestepSpacing { kTrailing, kLeading, kLinspace };

struct TimestepConfig {
  int num_train_timesteps = 1000;  // at least 1
  int num_inference_steps = 25;    // in [1, num_train_timesteps]
  TimestepSpacing spacing = TimestepSpacing::kTrailing;
  int steps_offset = 1;  // added to every timestep of kLeading, else ignored
};

// Returns the timesteps in the order of denoising: descending from the
// noisiest. Reproduces the reference's floating-point ranges, so that
// trailing spacing of 1000 steps yields one element too many, a last -1, for
// 61, 103, 121, 122 (and more) inference steps.
// REQUIRES the ranges stated in TimestepConfig.
std::vector<int> InferenceTimesteps(const TimestepConfig& config);

// Returns the timestep that a DDIM step from `timestep` arrives at:
// timestep - num_train_timesteps / num_inference_steps in integers. With
// uneven spacing that is not always the next element of InferenceTimesteps.
// Negative: the clean sample.
int PreviousTimestep(int timestep, const TimestepConfig& config);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SCHEDULE_TIMESTEPS_H_
