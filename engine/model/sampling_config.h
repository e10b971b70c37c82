#ifndef ANIMATE_ENGINE_MODEL_SAMPLING_CONFIG_H_
#define ANIMATE_ENGINE_MODEL_SAMPLING_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/model/model_config.h"

namespace animate {

// How a model wants to be sampled where a request does not say: the object
// "sampling" of topology.json, ours. Fields carry the names of its keys; what
// is unset is as it would be without the object.
struct SamplingConfig {
  std::optional<int64_t> num_inference_steps;   // DDIM steps, >= 1
  std::optional<double> guidance_scale;         // [0, 100]; <= 1: none
  std::optional<std::string> noise;             // "per_frame", "shared"
  std::optional<std::string> context_schedule;  // "closed", "open", "edge"
  std::optional<int64_t> context_frames;        // frames of a window, >= 1
  // Frames neighbouring windows share, < context_frames where that is set;
  // unset with "edge", whose windows share half.
  std::optional<int64_t> context_overlap;
  std::optional<std::string> beta_schedule;  // "linear", "scaled_linear"
  // Pixels, at least 64 as the server's least side; both or neither.
  std::optional<int64_t> width;
  std::optional<int64_t> height;
};

// Reads the object "sampling" of `json`, the text of a whole file; it may be
// absent. Stricter than the configurations that come from elsewhere:
// FAILED_PRECONDITION, reason UNSUPPORTED_MODEL_CONFIG, that names `file`, key
// and value also for keys that are not those above.
absl::StatusOr<SamplingConfig> ParseSamplingConfig(absl::string_view json,
                                                   absl::string_view file);

// FAILED_PRECONDITION as above when the networks cannot do what `sampling` asks
// for: more steps than there are noise levels, sides that are no multiples of
// the VAE's factor.
absl::Status CheckSamplingFits(const SamplingConfig& sampling,
                               const VaeConfig& vae,
                               const NoiseSchedulerConfig& noise_scheduler,
                               absl::string_view file);

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_SAMPLING_CONFIG_H_
