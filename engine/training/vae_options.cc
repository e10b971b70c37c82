#include "engine/training/vae_options.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/training/vae_files.h"

namespace animate {
namespace {

constexpr int kMaxCrops = 1024;
constexpr int kMaxCandidates = 64;
constexpr int kMaxSide = 4096;

absl::Status CheckRange(const char* field, double value, double low,
                        double high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return FieldError(field, absl::StrCat("must be between ", low, " and ", high,
                                        ": got ", value));
}

absl::Status CheckAtLeast(const char* field, double value, double low) {
  if (value >= low) return absl::OkStatus();
  return FieldError(field,
                    absl::StrCat("must be at least ", low, ": got ", value));
}

absl::Status CheckCrop(const char* field, int side, int64_t factor) {
  ANIMATE_RETURN_IF_ERROR(CheckRange(field, side, 0, kMaxSide));
  if (side % factor == 0) return absl::OkStatus();
  return FieldError(field,
                    absl::StrCat("must be a multiple of the VAE's ", factor,
                                 " pixels per cell: got ", side));
}

absl::Status CheckStart(const VaeTaskOptions& options) {
  if (!options.init_folder.empty() && !options.grow_from.empty()) {
    return FieldError("grow_from", "excludes init_folder");
  }
  if (options.trained_part == VaeTrainedPart::kDecoder &&
      options.init_folder.empty()) {
    return FieldError("init_folder",
                      "needed to train the decoder of: it is empty");
  }
  return absl::OkStatus();
}

absl::Status CheckDecoderOnly(const VaeTaskOptions& options) {
  if (options.trained_part == VaeTrainedPart::kDecoder) return absl::OkStatus();
  if (options.latent_noise != 0.0) {
    return FieldError("latent_noise", "is for the decoder alone");
  }
  if (options.predicted_fraction != 0.0) {
    return FieldError("predicted_fraction", "is for the decoder alone");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status VaeTaskOptions::Validate() const {
  ANIMATE_RETURN_IF_ERROR(CheckStart(*this));
  // Read back as a folder's would be: one place knows what a VAE can be.
  const absl::StatusOr<VaeConfig> parsed =
      ParseVaeConfig(VaeConfigText(config), "config");
  if (!parsed.ok()) {
    return FieldError("config", parsed.status().message());
  }
  const int64_t factor = config.spatial_factor();
  ANIMATE_RETURN_IF_ERROR(CheckRange("initial_logvar", initial_logvar, -12, 6));
  ANIMATE_RETURN_IF_ERROR(CheckCrop("crop_width", crop_width, factor));
  ANIMATE_RETURN_IF_ERROR(CheckCrop("crop_height", crop_height, factor));
  ANIMATE_RETURN_IF_ERROR(
      CheckRange("crops_per_clip", crops_per_clip, 1, kMaxCrops));
  ANIMATE_RETURN_IF_ERROR(
      CheckRange("crop_candidates", crop_candidates, 1, kMaxCandidates));
  ANIMATE_RETURN_IF_ERROR(CheckAtLeast("gradient_weight", gradient_weight, 0));
  ANIMATE_RETURN_IF_ERROR(CheckAtLeast("mse_weight", mse_weight, 0));
  ANIMATE_RETURN_IF_ERROR(CheckAtLeast("kl_weight", kl_weight, 0));
  ANIMATE_RETURN_IF_ERROR(CheckRange("latent_noise", latent_noise, 0, 1));
  ANIMATE_RETURN_IF_ERROR(
      CheckRange("predicted_fraction", predicted_fraction, 0, 1));
  ANIMATE_RETURN_IF_ERROR(CheckAtLeast("sheet_pictures", sheet_pictures, 1));
  return CheckDecoderOnly(*this);
}

}  // namespace animate
