#include "tools/model/inspect.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <ATen/core/Tensor.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "engine/base/sha256.h"
#include "engine/base/status_macros.h"
#include "engine/weights/safetensors_header.h"
#include "engine/weights/state_dict.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

bool IsNumber(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// Returns the module that `key` is counted under: its path up to the first
// number, or its first two parts; never the tensor's own name.
//   down_blocks.0.resnets.1.norm1.weight -> down_blocks.0
//   encoder.conv_in.weight               -> encoder.conv_in
//   conv_in.weight                       -> conv_in
std::string ModuleOf(absl::string_view key) {
  constexpr size_t kMaxParts = 4;
  const std::vector<absl::string_view> parts = absl::StrSplit(key, '.');
  size_t count = std::min<size_t>(2, std::max<size_t>(1, parts.size() - 1));
  for (size_t i = 1; i + 1 < parts.size() && i < kMaxParts; ++i) {
    if (IsNumber(parts[i])) {
      count = i + 1;
      break;
    }
  }
  return absl::StrJoin(parts.begin(),
                       parts.begin() + static_cast<std::ptrdiff_t>(count), ".");
}

std::vector<ModuleReport> SummariseModules(
    const std::vector<TensorReport>& tensors) {
  std::map<std::string, ModuleReport> modules;
  for (const TensorReport& tensor : tensors) {
    const std::string name = ModuleOf(tensor.key);
    ModuleReport& module = modules[name];
    module.name = name;
    ++module.keys;
    module.parameters += tensor.elements;
    if (module.keys == 1 || tensor.elements > module.largest.elements) {
      module.largest = tensor;
      module.largest.key =
          tensor.key.substr(std::min(name.size() + 1, tensor.key.size()));
    }
  }
  std::vector<ModuleReport> list;
  list.reserve(modules.size());
  for (auto& [name, module] : modules) {
    list.push_back(std::move(module));
  }
  return list;
}

uint64_t SizeOf(const std::vector<std::string>& files) {
  uint64_t size = 0;
  for (const std::string& file : files) {
    std::error_code error;
    const uint64_t one = fs::file_size(file, error);
    size += error ? 0 : one;
  }
  return size;
}

NetworkReport InspectNetwork(absl::string_view network, const std::string& path,
                             const fs::path& root) {
  NetworkReport report = {
      .network = std::string(network),
      .file = fs::path(path).lexically_relative(root).string()};
  absl::StatusOr<Checkpoint> checkpoint = LoadCheckpoint(path);
  if (!checkpoint.ok()) {
    report.status = checkpoint.status();
    return report;
  }
  report.format = std::string(CheckpointFormatName(checkpoint->format));
  report.size_bytes = SizeOf(checkpoint->files);
  for (const auto& [key, tensor] : checkpoint->tensors) {
    TensorReport entry = {
        .key = key,
        .dtype = std::string(SafetensorsDtypeName(tensor.scalar_type())),
        .shape = tensor.sizes().vec(),
        .elements = tensor.numel()};
    report.parameters += entry.elements;
    report.elements_by_dtype[entry.dtype] += entry.elements;
    report.tensors.push_back(std::move(entry));
  }
  report.modules = SummariseModules(report.tensors);
  return report;
}

absl::Status AddDigests(const std::vector<std::string>& files,
                        const fs::path& root, const InspectOptions& options,
                        ModelReport& report) {
  if (!options.hash) {
    return absl::OkStatus();
  }
  for (const std::string& file : files) {
    if (options.on_hash) {
      options.on_hash(file);
    }
    ANIMATE_ASSIGN_OR_RETURN(std::string digest,
                             Sha256OfFile((root / file).string()));
    report.digests.push_back({.file = file, .sha256 = std::move(digest)});
  }
  return absl::OkStatus();
}

absl::StatusOr<ModelReport> InspectFile(const std::string& path,
                                        const InspectOptions& options) {
  const fs::path root = fs::path(path).parent_path();
  ModelReport report = {.path = path};
  report.networks.push_back(InspectNetwork("checkpoint", path, root));
  ANIMATE_RETURN_IF_ERROR(
      AddDigests({report.networks[0].file}, root, options, report));
  return report;
}

}  // namespace

bool ModelReport::ok() const {
  return std::all_of(
      networks.begin(), networks.end(),
      [](const NetworkReport& network) { return network.status.ok(); });
}

absl::StatusOr<ModelReport> InspectModel(const std::string& path,
                                         const InspectOptions& options) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) {
    return InspectFile(path, options);
  }
  ANIMATE_ASSIGN_OR_RETURN(const ModelFolder folder, FindModelFolder(path));
  ModelReport report = {.path = path};
  const std::pair<absl::string_view, const std::string*> networks[] = {
      {"denoising UNet", &folder.denoising_unet},
      {"motion module", &folder.motion_module},
      {"reference UNet", &folder.reference_unet},
      {"pose guider", &folder.pose_guider},
      {"autoencoder", &folder.vae},
      {"image encoder", &folder.image_encoder},
  };
  std::vector<std::string> weights;
  for (const auto& [name, file] : networks) {
    report.networks.push_back(InspectNetwork(name, *file, path));
    weights.push_back(report.networks.back().file);
  }
  for (const std::string& file : folder.files) {
    if (std::find(weights.begin(), weights.end(), file) == weights.end()) {
      report.configuration.push_back(file);
    }
  }
  absl::StatusOr<std::vector<std::string>> files = ModelFiles(folder);
  // A damaged index is already reported as a network that cannot be read.
  ANIMATE_RETURN_IF_ERROR(
      AddDigests(files.ok() ? *files : folder.files, path, options, report));
  if (options.hash) {
    report.model_digest = ModelDigest(report.digests);
  }
  return report;
}

}  // namespace animate
