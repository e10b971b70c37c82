#include "engine/pipeline/compute_fingerprint.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include <fstream>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/pipeline/device_memory.h"

namespace animate {
namespace {

// As the kernel calls it; "unknown" where it does not.
std::string ProcessorName() {
  std::ifstream lines("/proc/cpuinfo");
  for (std::string line; std::getline(lines, line);) {
    if (!absl::StartsWith(line, "model name")) continue;
    const size_t colon = line.find(':');
    if (colon == std::string::npos) break;
    return std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return "unknown";
}

// GPUs of one size and one CUDA are taken for the same: LibTorch does not name
// them without CUDA's headers.
std::string DeviceWords(const ModelBundle& models) {
  if (models.options.device.is_cpu()) {
    return absl::StrCat("cpu=", ProcessorName(), "/", at::get_cpu_capability());
  }
  const std::optional<DeviceMemory> memory =
      ReadDeviceMemory(models.info.device);
  return absl::StrCat(
      "gpu_bytes=", memory.has_value() ? memory->total_bytes : 0,
      " cuda=", at::detail::getCUDAHooks().versionCUDART());
}

}  // namespace

std::string ComputeFingerprint(const ModelBundle& models,
                               const PipelineOptions& options) {
  return absl::StrCat(
      DeviceWords(models), " threads=", at::get_num_threads(),
      " noise=", static_cast<int>(options.noise_recipe),
      " half_reference=", options.round_reference_to_half,
      " summed_windows=", options.skip_window_average_without_guidance,
      " negative_timestep=", options.keep_negative_timestep,
      " schedule=", static_cast<int>(models.info.context_schedule),
      " rounding=", static_cast<int>(options.frame_rounding),
      " pose_batch=", options.pose_batch_frames, "/",
      options.pose_feature_bytes, " shared=", options.share_window_overlap,
      " decode_batch=", options.decode_batch_frames);
}

}  // namespace animate
