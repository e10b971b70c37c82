#ifndef ANIMATE_ENGINE_PIPELINE_LOAD_ANIMATOR_H_
#define ANIMATE_ENGINE_PIPELINE_LOAD_ANIMATOR_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/animation/animator.h"
#include "engine/base/clock.h"
#include "engine/pipeline/pipeline_options.h"

// The door to the engine for programs, which see no LibTorch.
namespace animate {

struct AnimatorConfig {
  std::string model_dir;        // see ModelFolder
  std::string device = "auto";  // auto, cpu, cuda, cuda:N
  std::string dtype = "auto";   // auto, float32, bfloat16, float16
  PipelineOptions options;
};

// Opens LibTorch's CUDA half. Call it first in main. UNAVAILABLE, with the
// reason, where it cannot be opened: the program then has only the CPU.
absl::Status InitializeDevices();

// The devices there are: "cpu", then "cuda:0", …
std::vector<std::string> AvailableDevices();

// Sets how many threads one network call on the CPU uses, for the whole
// process. REQUIRES: num_threads >= 1, and no call running.
void SetComputeThreads(int num_threads);

// Loads a model and returns its pipeline. INVALID_ARGUMENT for words that name
// no device or type, FAILED_PRECONDITION for a device that is absent; else see
// LoadModelBundle. `clock` must outlive the result.
absl::StatusOr<std::unique_ptr<Animator>> LoadAnimator(
    const AnimatorConfig& config, const Clock& clock = Clock::Real());

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_LOAD_ANIMATOR_H_
