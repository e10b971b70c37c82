#include "engine/pipeline/motion_weights.h"

#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"
#include "engine/weights/motion_keys.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

constexpr absl::string_view kModuleEnd = "temporal_transformer.proj_out.";
constexpr absl::string_view kPositionsSuffix = "pos_encoder.pe";

// The modules of AnimateDiff v1 and v3: all but that of the middle block.
std::vector<std::string> ExpectedModules(const UnetConfig& unet) {
  std::vector<std::string> modules;
  const int levels = unet.num_levels();
  for (int block = 0; block < levels; ++block) {
    const int64_t down = unet.layers_per_block[static_cast<size_t>(block)];
    const int64_t up =
        unet.layers_per_block[static_cast<size_t>(levels - 1 - block)] + 1;
    for (int64_t i = 0; i < down; ++i) {
      modules.push_back(
          absl::StrCat("down_blocks.", block, ".motion_modules.", i));
    }
    for (int64_t i = 0; i < up; ++i) {
      modules.push_back(
          absl::StrCat("up_blocks.", block, ".motion_modules.", i));
    }
  }
  std::sort(modules.begin(), modules.end());
  return modules;
}

}  // namespace

absl::StatusOr<StateDict> MergeMotionModules(StateDict image_layers,
                                             const StateDict& motion_module,
                                             absl::string_view file) {
  absl::StatusOr<StateDict> motion = WithCurrentMotionKeys(motion_module);
  if (!motion.ok()) return InFile(file, motion.status());
  image_layers.merge(*motion);
  return image_layers;
}

absl::Status CheckMotionModules(const StateDict& denoising_unet,
                                const UnetConfig& unet,
                                absl::string_view file) {
  std::set<std::string> present;
  for (const auto& [key, tensor] : denoising_unet) {
    if (IsMotionKey(key)) present.insert(MotionModuleOf(key));
  }
  std::vector<std::string> missing;
  for (std::string& module : ExpectedModules(unet)) {
    if (!present.contains(module)) missing.push_back(std::move(module));
  }
  if (missing.empty()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(file, ": ", missing.size(), " motion modules are missing: ",
                   absl::StrJoin(missing, ", "),
                   "; a model without them on purpose says so in topology.json "
                   "or inference_v2.yaml"),
      {.reason = "MOTION_MODULE_MISSING",
       .metadata = {{"missing", absl::StrJoin(missing, ", ")}}});
}

void SilenceMotionModules(StateDict& denoising_unet) {
  for (auto& [key, tensor] : denoising_unet) {
    // Weights may lie in a file that is mapped: never written to.
    if (absl::StrContains(key, kModuleEnd)) tensor = at::zeros_like(tensor);
  }
}

int MaxMotionFrames(const StateDict& denoising_unet) {
  int64_t frames = 0;
  for (const auto& [key, tensor] : denoising_unet) {
    if (!absl::EndsWith(key, kPositionsSuffix) || tensor.dim() != 3) continue;
    frames = frames == 0 ? tensor.size(1) : std::min(frames, tensor.size(1));
  }
  return static_cast<int>(frames);
}

}  // namespace animate
