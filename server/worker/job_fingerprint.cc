#include "server/worker/job_fingerprint.h"

#include "absl/strings/str_cat.h"
#include "engine/base/sha256.h"

namespace animate {
namespace {

std::string PictureDigest(const RgbImage& picture) {
  return Sha256Bytes(
      absl::string_view(reinterpret_cast<const char*>(picture.pixels.data()),
                        picture.pixels.size()));
}

// Of digests, so that no copy of all pictures is needed.
std::string InputsDigest(const AnimationInput& input) {
  std::string digests =
      absl::StrCat(input.reference.width, "x", input.reference.height, " ");
  digests += PictureDigest(input.reference);
  for (const RgbImage& pose : input.poses) digests += PictureDigest(pose);
  return Sha256(digests);
}

}  // namespace

std::string JobFingerprint(absl::string_view build, const ModelInfo& model,
                           const AnimationInput& input) {
  return absl::StrCat("build=", build, " model=", model.digest,
                      " device=", model.device, " dtype=", model.dtype, " ",
                      model.fingerprint, " inputs=", InputsDigest(input));
}

}  // namespace animate
