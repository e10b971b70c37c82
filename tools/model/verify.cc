#include "tools/model/verify.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include <ATen/ops/isfinite.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/model/autoencoder_kl.h"
#include "engine/model/clip_vision.h"
#include "engine/model/denoising_unet.h"
#include "engine/model/motion_inference.h"
#include "engine/model/pose_guider.h"
#include "engine/model/reference_unet.h"
#include "engine/pipeline/motion_weights.h"
#include "engine/tensor/torch_status.h"
#include "engine/weights/key_mapping.h"
#include "engine/weights/load_weights.h"
#include "engine/weights/motion_keys.h"
#include "engine/weights/safetensors_header.h"
#include "tools/model/topology.h"

namespace animate {
namespace {

// A file's tensors under their current names, without their bytes.
struct Opened {
  NetworkVerdict verdict;
  StateDict shapes;
};

using CurrentKeys =
    std::function<absl::StatusOr<StateDict>(const StateDict& tensors)>;

absl::StatusOr<StateDict> SameKeys(const StateDict& tensors) { return tensors; }

// Whether the tensor is free of infinities and NaN; a sum is finite only then,
// and costs a fraction of looking at each value.
int64_t CountNotFinite(const at::Tensor& tensor) {
  if (std::isfinite(tensor.sum(at::kDouble).item<double>())) return 0;
  return tensor.numel() - at::isfinite(tensor).sum().item<int64_t>();
}

absl::Status CheckValues(const Checkpoint& checkpoint,
                         NetworkVerdict& verdict) {
  return VisitTensors(
      checkpoint, KeysInFileOrder(checkpoint),
      [&](const std::string& key,
          const at::Tensor& tensor) -> absl::StatusOr<bool> {
        if (!tensor.is_floating_point() || tensor.numel() == 0) return true;
        ANIMATE_ASSIGN_OR_RETURN(const int64_t bad, CallTorch(key, [&] {
                                   return CountNotFinite(tensor);
                                 }));
        if (bad > 0) {
          verdict.not_finite.push_back(
              absl::StrCat(key, ": ", bad, " of ", tensor.numel(), " values"));
        }
        return true;
      });
}

void CountTensors(const Checkpoint& checkpoint, const VerifyOptions& options,
                  NetworkVerdict& verdict) {
  for (const auto& [key, tensor] : checkpoint.tensors) {
    const std::string dtype(SafetensorsDtypeName(tensor.scalar_type()));
    ++verdict.keys;
    ++verdict.dtypes[dtype];
    if (tensor.is_floating_point()) verdict.parameters += tensor.numel();
    const bool index = absl::EndsWith(key, "position_ids");
    const bool fits =
        index ||
        (tensor.is_floating_point() &&
         tensor.scalar_type() == options.dtype.value_or(tensor.scalar_type()));
    if (fits) continue;
    verdict.wrong_dtype.push_back(absl::StrCat(
        key, ": is ", dtype, ", expected ",
        options.dtype.has_value() ? SafetensorsDtypeName(*options.dtype)
                                  : "a floating-point type"));
  }
}

Opened Open(absl::string_view network, const std::string& path,
            const std::string& root, const VerifyOptions& options,
            const CurrentKeys& current_keys) {
  Opened opened;
  NetworkVerdict& verdict = opened.verdict;
  verdict.network = std::string(network);
  verdict.file = std::filesystem::path(path).lexically_relative(root).string();
  const absl::StatusOr<Checkpoint> checkpoint = LoadCheckpoint(path);
  verdict.status = checkpoint.status();
  if (!checkpoint.ok()) return opened;
  CountTensors(*checkpoint, options, verdict);
  if (options.values) verdict.status = CheckValues(*checkpoint, verdict);
  const absl::StatusOr<StateDict> current = current_keys(checkpoint->tensors);
  if (verdict.status.ok()) verdict.status = current.status();
  if (current.ok()) opened.shapes = ShapesOf(*current);
  return opened;
}

// Builds a network on the shapes alone and notes what it misses.
template <typename Build>
absl::StatusOr<ParameterDifferences> Compare(StateDict shapes,
                                             const Build& build) {
  return CallTorch("verify", [&] {
    Parameters parameters(std::move(shapes));
    build(Scope(parameters));
    return parameters.Differences();
  });
}

template <typename Build>
void Judge(Opened& opened, const Build& build) {
  NetworkVerdict& verdict = opened.verdict;
  if (!verdict.status.ok()) return;
  absl::StatusOr<ParameterDifferences> differences =
      Compare(std::move(opened.shapes), build);
  if (differences.ok()) {
    verdict.differences = *std::move(differences);
  } else {
    verdict.status = differences.status();
  }
}

// Moves the entries about motion modules to the other list.
template <typename T>
void MoveMotion(std::vector<T>& from, std::vector<T>& to) {
  const auto motion = std::stable_partition(
      from.begin(), from.end(),
      [](const T& entry) { return !IsMotionKey(entry.key); });
  to.assign(motion, from.end());
  from.erase(motion, from.end());
}

// The denoising UNet is built from two files; each gets its own differences.
void JudgeDenoisingUnet(const FolderConfig& config, Opened& image_layers,
                        Opened& motion) {
  NetworkVerdict& verdict = image_layers.verdict;
  if (!verdict.status.ok() || !motion.verdict.status.ok()) return;
  StateDict merged = std::move(image_layers.shapes);
  merged.merge(motion.shapes);
  MotionConfig places = config.inference.motion;
  if (!config.describes_motion) {
    motion.verdict.status =
        CheckMotionModules(merged, config.unet, motion.verdict.file);
    if (!motion.verdict.status.ok()) return;
    Parameters parameters(merged);
    places = InferMotionConfig(Scope(parameters), config.unet, places);
  }
  image_layers.shapes = std::move(merged);
  Judge(image_layers,
        [&](const Scope& scope) { DenoisingUnet(scope, config.unet, places); });
  ParameterDifferences& left = verdict.differences;
  ParameterDifferences& right = motion.verdict.differences;
  MoveMotion(left.missing, right.missing);
  MoveMotion(left.misshapen, right.misshapen);
  MoveMotion(left.unexpected, right.unexpected);
}

void JudgePoseGuider(const FolderConfig& config, Opened& opened,
                     VerifyReport& report) {
  int64_t channels = 0;
  int64_t factor = 0;
  bool adds_to_latents = false;
  Judge(opened, [&](const Scope& scope) {
    const PoseGuider pose_guider(scope);
    channels = pose_guider.out_channels();
    factor = pose_guider.spatial_factor();
    adds_to_latents = pose_guider.adds_to_latents();
  });
  if (!opened.verdict.ok()) return;
  const auto expect_equal = [&report](absl::string_view what, int64_t got,
                                      absl::string_view other, int64_t want) {
    if (got == want) return;
    report.disagreements.push_back(
        absl::StrCat(what, " is ", got, ", ", other, " is ", want));
  };
  if (adds_to_latents) {
    expect_equal("pose guider output channels", channels, "unet in_channels",
                 config.unet.in_channels);
  } else {
    expect_equal("pose guider output channels", channels,
                 "unet block_out_channels[0]",
                 config.unet.block_out_channels[0]);
  }
  expect_equal("pose guider spatial factor", factor, "vae spatial factor",
               config.vae.spatial_factor());
}

absl::StatusOr<FolderConfig> ConfigFor(const ModelFolder& folder,
                                       const VerifyOptions& options) {
  if (options.config.empty()) return ParseFolderConfig(folder);
  ANIMATE_ASSIGN_OR_RETURN(TopologyConfig config,
                           FindTopologyConfig(options.config));
  return std::move(config.networks);
}

}  // namespace

bool VerifyReport::ok() const {
  return disagreements.empty() &&
         std::all_of(
             networks.begin(), networks.end(),
             [](const NetworkVerdict& network) { return network.ok(); });
}

absl::StatusOr<VerifyReport> VerifyModel(const std::string& path,
                                         const VerifyOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(const ModelFolder folder, FindModelFolder(path));
  ANIMATE_ASSIGN_OR_RETURN(const FolderConfig config,
                           ConfigFor(folder, options));
  VerifyReport report = {.path = path,
                         .config = options.config.empty()
                                       ? "its own configuration"
                                       : options.config};
  const auto open = [&](absl::string_view network, const std::string& file,
                        const CurrentKeys& current_keys) {
    return Open(network, file, path, options, current_keys);
  };
  Opened denoising = open("denoising UNet", folder.denoising_unet, SameKeys);
  Opened motion =
      open("motion module", folder.motion_module, WithCurrentMotionKeys);
  JudgeDenoisingUnet(config, denoising, motion);
  Opened reference = open("reference UNet", folder.reference_unet, SameKeys);
  Judge(reference,
        [&](const Scope& scope) { ReferenceUnet(scope, config.unet); });
  Opened pose = open("pose guider", folder.pose_guider, SameKeys);
  JudgePoseGuider(config, pose, report);
  Opened vae = open("autoencoder", folder.vae, WithCurrentVaeKeys);
  Judge(vae, [&](const Scope& scope) { AutoencoderKL(scope, config.vae); });
  Opened clip = open("image encoder", folder.image_encoder, SameKeys);
  Judge(clip,
        [&](const Scope& scope) { ClipVision(scope, config.image_encoder); });
  for (Opened* opened : {&denoising, &motion, &reference, &pose, &vae, &clip}) {
    report.networks.push_back(std::move(opened->verdict));
  }
  return report;
}

}  // namespace animate
