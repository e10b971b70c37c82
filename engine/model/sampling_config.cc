#include "engine/model/sampling_config.h"

#include <initializer_list>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/model/config_fields.h"

namespace animate {
namespace {

constexpr double kMaxGuidanceScale = 100.0;
constexpr int64_t kMinSide = 64;

template <typename Value, typename... More>
void ReadOptional(ConfigFields& fields, const char* key,
                  std::optional<Value>& out, const More&... more) {
  if (fields.Has(key)) fields.Read(key, out.emplace(), more...);
}

void CheckWindows(const SamplingConfig& config, ConfigFields& fields) {
  if (!config.context_overlap.has_value()) return;
  const int64_t overlap = *config.context_overlap;
  fields.Check(config.context_schedule != "edge",
               absl::StrCat("context_overlap must be left out with "
                            "context_schedule \"edge\", whose windows share "
                            "half: got ",
                            overlap));
  if (config.context_frames.has_value()) {
    fields.Check(overlap < *config.context_frames,
                 absl::StrCat("context_overlap must be less than "
                              "context_frames = ",
                              *config.context_frames, ": got ", overlap));
  }
}

}  // namespace

absl::StatusOr<SamplingConfig> ParseSamplingConfig(absl::string_view text,
                                                   absl::string_view file) {
  using Names = std::initializer_list<const char*>;
  ANIMATE_ASSIGN_OR_RETURN(const nlohmann::json json,
                           ParseConfigObject(text, file));
  ANIMATE_ASSIGN_OR_RETURN(const nlohmann::json sampling,
                           ConfigSection(json, "sampling", file));
  ConfigFields fields(sampling, absl::StrCat(file, ": sampling"));
  fields.ExpectOnly({"num_inference_steps", "guidance_scale", "noise",
                     "context_schedule", "context_frames", "context_overlap",
                     "beta_schedule", "width", "height"});
  SamplingConfig config;
  ReadOptional(fields, "num_inference_steps", config.num_inference_steps);
  ReadOptional(fields, "guidance_scale", config.guidance_scale);
  ReadOptional(fields, "noise", config.noise, Names{"per_frame", "shared"});
  ReadOptional(fields, "context_schedule", config.context_schedule,
               Names{"closed", "open", "edge"});
  ReadOptional(fields, "context_frames", config.context_frames);
  ReadOptional(fields, "context_overlap", config.context_overlap, int64_t{0});
  ReadOptional(fields, "beta_schedule", config.beta_schedule,
               Names{"linear", "scaled_linear"});
  ReadOptional(fields, "width", config.width, kMinSide);
  ReadOptional(fields, "height", config.height, kMinSide);
  const double guidance = config.guidance_scale.value_or(0.0);
  fields.Check(guidance >= 0.0 && guidance <= kMaxGuidanceScale,
               absl::StrCat("guidance_scale must be in [0, ", kMaxGuidanceScale,
                            "]: got ", guidance));
  fields.Check(config.width.has_value() == config.height.has_value(),
               "width and height must both be there, or neither");
  CheckWindows(config, fields);
  ANIMATE_RETURN_IF_ERROR(fields.status());
  return config;
}

absl::Status CheckSamplingFits(const SamplingConfig& sampling,
                               const VaeConfig& vae,
                               const NoiseSchedulerConfig& noise_scheduler,
                               absl::string_view file) {
  const int64_t levels = noise_scheduler.num_train_timesteps;
  if (sampling.num_inference_steps.value_or(1) > levels) {
    return ConfigError(absl::StrCat(
        file, ": sampling: num_inference_steps must be at most ", levels,
        ", the noise levels: got ", *sampling.num_inference_steps));
  }
  const int64_t factor = vae.spatial_factor();
  for (const std::optional<int64_t>& side : {sampling.width, sampling.height}) {
    if (side.value_or(factor) % factor != 0) {
      return ConfigError(absl::StrCat(
          file, ": sampling: width and height must be multiples of ", factor,
          ", the VAE's factor: got ", *side));
    }
  }
  return absl::OkStatus();
}

}  // namespace animate
