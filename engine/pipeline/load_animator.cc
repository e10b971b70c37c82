#include "engine/pipeline/load_animator.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <utility>

#include "engine/base/status_macros.h"
#include "engine/pipeline/animation_pipeline.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/tensor/cpu_memory.h"
#include "engine/tensor/device.h"

namespace animate {

absl::Status InitializeDevices() {
  UseHugePages();
  return LoadCudaRuntime();
}

std::vector<std::string> AvailableDevices() { return ListDevices(); }

void SetComputeThreads(int num_threads) { at::set_num_threads(num_threads); }

absl::StatusOr<std::unique_ptr<Animator>> LoadAnimator(
    const AnimatorConfig& config, const Clock& clock) {
  ANIMATE_ASSIGN_OR_RETURN(const c10::Device device,
                           ParseDevice(config.device));
  ANIMATE_ASSIGN_OR_RETURN(const c10::ScalarType dtype,
                           ParseDtype(config.dtype, device));
  // cuDNN would quietly compute fp32 convolutions with ten-bit mantissas.
  if (dtype == c10::kFloat) at::globalContext().setAllowTF32CuDNN(false);
  ANIMATE_ASSIGN_OR_RETURN(
      ModelBundle models,
      LoadModelBundle(config.model_dir, {.device = device, .dtype = dtype}));
  return std::make_unique<AnimationPipeline>(std::move(models), config.options,
                                             clock);
}

}  // namespace animate
