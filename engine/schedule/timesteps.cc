#include "engine/schedule/timesteps.h"

#include <cmath>

namespace animate {
namespace {

// Rounds halves to even, as numpy does. (The rounding mode is never changed.)
int RoundHalfToEven(double value) {
  return static_cast<int>(std::nearbyint(value));
}

// numpy.arange(T, 0, -T / n), rounded, minus 1. The length is computed before
// the elements and from a quotient that may round up.
std::vector<int> Trailing(int num_train_timesteps, int num_inference_steps) {
  const double train = num_train_timesteps;
  const double step = train / num_inference_steps;
  const int count = static_cast<int>(std::ceil((0.0 - train) / -step));
  const double delta = (train - step) - train;
  std::vector<int> timesteps;
  timesteps.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    timesteps.push_back(RoundHalfToEven(train + i * delta) - 1);
  }
  return timesteps;
}

std::vector<int> Leading(int num_train_timesteps, int num_inference_steps,
                         int steps_offset) {
  const int step = num_train_timesteps / num_inference_steps;
  std::vector<int> timesteps;
  for (int i = num_inference_steps - 1; i >= 0; --i) {
    timesteps.push_back(i * step + steps_offset);
  }
  return timesteps;
}

std::vector<int> LinspaceTimesteps(int num_train_timesteps,
                                   int num_inference_steps) {
  if (num_inference_steps == 1) return {0};
  const double last = num_train_timesteps - 1;
  const double step = last / (num_inference_steps - 1);
  std::vector<int> timesteps = {num_train_timesteps - 1};
  for (int i = num_inference_steps - 2; i >= 0; --i) {
    timesteps.push_back(RoundHalfToEven(i * step));
  }
  return timesteps;
}

}  // namespace

std::vector<int> InferenceTimesteps(const TimestepConfig& config) {
  switch (config.spacing) {
    case TimestepSpacing::kTrailing:
      return Trailing(config.num_train_timesteps, config.num_inference_steps);
    case TimestepSpacing::kLeading:
      return Leading(config.num_train_timesteps, config.num_inference_steps,
                     config.steps_offset);
    case TimestepSpacing::kLinspace:
      return LinspaceTimesteps(config.num_train_timesteps,
                               config.num_inference_steps);
  }
  return {};
}

int PreviousTimestep(int timestep, const TimestepConfig& config) {
  return timestep - config.num_train_timesteps / config.num_inference_steps;
}

}  // namespace animate
