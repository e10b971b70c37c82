#include "engine/weights/model_folder.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iterator>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"
#include "engine/base/sha256.h"
#include "engine/base/status_macros.h"
#include "engine/weights/shard_index.h"
#include "engine/weights/shared_bytes.h"
#include "engine/weights/weights_error.h"
#include "engine/weights/yaml_subset.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxConfigBytes = 1 << 20;
constexpr absl::string_view kIndexSuffix = ".index.json";

// Looks for files and remembers which it did not find.
class Finder {
 public:
  explicit Finder(fs::path root) : root_(std::move(root)) {}

  // Returns the first of `names` that is a file, "" when none is.
  std::string FindOptional(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      std::error_code error;
      if (fs::is_regular_file(root_ / name, error)) {
        files_.insert(name);
        return (root_ / name).string();
      }
    }
    return "";
  }

  // The same, and notes `what` as missing.
  std::string Find(absl::string_view what,
                   const std::vector<std::string>& names) {
    std::string found = FindOptional(names);
    if (found.empty()) {
      missing_.push_back(
          absl::StrCat(what, ": none of ", absl::StrJoin(names, ", ")));
    }
    return found;
  }

  const std::vector<std::string>& missing() const { return missing_; }
  std::vector<std::string> files() const {
    return {files_.begin(), files_.end()};
  }

 private:
  const fs::path root_;
  std::set<std::string> files_;
  std::vector<std::string> missing_;
};

std::vector<std::string> NetworkNames(absl::string_view stem) {
  return {absl::StrCat(stem, ".safetensors"),
          absl::StrCat(stem, ".safetensors", kIndexSuffix),
          absl::StrCat(stem, ".pth"), absl::StrCat(stem, ".bin"),
          absl::StrCat(stem, ".ckpt")};
}

std::vector<std::string> MotionModuleNames() {
  std::vector<std::string> names = NetworkNames("motion_module");
  names.insert(names.end(),
               {"mm_sd_v15_v2.ckpt", "mm_sd_v15.ckpt", "v3_sd15_mm.ckpt",
                "motion_module/diffusion_pytorch_model.safetensors",
                "motion_module/diffusion_pytorch_model.bin"});
  return names;
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const SharedBytes file, MapFile(path));
  if (file.bytes.size() > kMaxConfigBytes) {
    return WeightsError(absl::StrCat(path, ": a configuration of ",
                                     file.bytes.size(), " bytes, at most ",
                                     kMaxConfigBytes));
  }
  return std::string(file.bytes.begin(), file.bytes.end());
}

absl::StatusOr<std::string> ReadJsonObject(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(std::string text, ReadText(path));
  if (!nlohmann::json::parse(text, /*cb=*/nullptr, /*allow_exceptions=*/false)
           .is_object()) {
    return WeightsError(absl::StrCat(path, ": not a JSON object"));
  }
  return text;
}

absl::Status CheckFolder(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("model folder ", path, " does not exist"),
                     {.reason = "MODEL_FOLDER_MISSING"});
  }
  if (!fs::is_directory(status)) {
    return WeightsError(absl::StrCat(path, ": not a folder"));
  }
  return absl::OkStatus();
}

absl::Status MissingError(const std::string& path,
                          const std::vector<std::string>& missing) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("model folder ", path, " lacks ", missing.size(),
                   missing.size() == 1 ? " file:\n  " : " files:\n  ",
                   absl::StrJoin(missing, "\n  ")),
      {.reason = "MODEL_FILES_MISSING",
       .metadata = {{"missing", absl::StrJoin(missing, "; ")}}});
}

void FindWeights(Finder& finder, ModelFolder& folder) {
  folder.denoising_unet =
      finder.Find("denoising UNet", NetworkNames("denoising_unet"));
  folder.reference_unet =
      finder.Find("reference UNet", NetworkNames("reference_unet"));
  folder.motion_module = finder.Find("motion module", MotionModuleNames());
  folder.pose_guider = finder.Find("pose guider", NetworkNames("pose_guider"));
  folder.vae = finder.Find(
      "autoencoder", NetworkNames("sd-vae-ft-mse/diffusion_pytorch_model"));
  folder.image_encoder = finder.Find(
      "image encoder",
      {"image_encoder/model.safetensors",
       "image_encoder/model.safetensors.index.json",
       "image_encoder/pytorch_model.bin", "image_encoder/pytorch_model.pth"});
}

// Finds and reads the configuration; reports what else `finder` misses, too.
absl::Status FindAndReadConfigs(Finder& finder, ModelFolder& folder) {
  const std::vector<std::string> weights = finder.files();
  const std::string unet_config = finder.Find(
      "UNet configuration", {"stable-diffusion-v1-5/unet/config.json",
                             "sd-image-variations-diffusers/unet/config.json"});
  const std::string vae_config =
      finder.Find("autoencoder configuration", {"sd-vae-ft-mse/config.json"});
  const std::string image_encoder_config =
      finder.Find("image encoder configuration", {"image_encoder/config.json"});
  const std::string topology = finder.FindOptional({"topology.json"});
  const std::string inference_config = finder.FindOptional(
      {"inference_v2.yaml", "configs/inference/inference_v2.yaml"});
  if (!finder.missing().empty()) {
    return MissingError(folder.path, finder.missing());
  }
  folder.files = finder.files();
  std::set_difference(folder.files.begin(), folder.files.end(), weights.begin(),
                      weights.end(), std::back_inserter(folder.configs));
  ANIMATE_ASSIGN_OR_RETURN(folder.unet_config, ReadJsonObject(unet_config));
  ANIMATE_ASSIGN_OR_RETURN(folder.vae_config, ReadJsonObject(vae_config));
  ANIMATE_ASSIGN_OR_RETURN(folder.image_encoder_config,
                           ReadJsonObject(image_encoder_config));
  if (!topology.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(folder.topology, ReadJsonObject(topology));
  }
  if (!inference_config.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(const std::string yaml,
                             ReadText(inference_config));
    absl::StatusOr<std::string> json = YamlToJson(yaml);
    if (!json.ok()) {
      return InFile(inference_config, json.status());
    }
    folder.inference_config = *std::move(json);
  }
  return absl::OkStatus();
}

// Adds the shards that the index `name` maps keys to.
absl::Status AddShards(const fs::path& root, const std::string& name,
                       std::set<std::string>& files) {
  const std::string path = (root / name).string();
  ANIMATE_ASSIGN_OR_RETURN(const SharedBytes file, MapFile(path));
  absl::StatusOr<ShardIndex> index = ParseShardIndex(file.bytes);
  if (!index.ok()) {
    return InFile(path, index.status());
  }
  for (const auto& [shard, keys] : *index) {
    files.insert((fs::path(name).parent_path() / shard).string());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ModelFolder> FindModelFolder(const std::string& path) {
  ANIMATE_RETURN_IF_ERROR(CheckFolder(path));
  Finder finder(path);
  ModelFolder folder = {.path = path};
  FindWeights(finder, folder);
  ANIMATE_RETURN_IF_ERROR(FindAndReadConfigs(finder, folder));
  return folder;
}

absl::StatusOr<ModelFolder> FindModelConfigs(const std::string& path) {
  ANIMATE_RETURN_IF_ERROR(CheckFolder(path));
  Finder finder(path);
  ModelFolder folder = {.path = path};
  ANIMATE_RETURN_IF_ERROR(FindAndReadConfigs(finder, folder));
  return folder;
}

absl::StatusOr<std::vector<std::string>> ModelFiles(const ModelFolder& folder) {
  std::set<std::string> files(folder.files.begin(), folder.files.end());
  for (const std::string& name : folder.files) {
    if (absl::EndsWith(name, kIndexSuffix)) {
      ANIMATE_RETURN_IF_ERROR(AddShards(folder.path, name, files));
    }
  }
  return std::vector<std::string>(files.begin(), files.end());
}

std::string ModelDigest(std::vector<FileDigest> files) {
  std::sort(
      files.begin(), files.end(),
      [](const FileDigest& a, const FileDigest& b) { return a.file < b.file; });
  std::string lines;
  for (const FileDigest& file : files) {
    absl::StrAppend(&lines, file.sha256, "  ", file.file, "\n");
  }
  return Sha256(lines);
}

absl::StatusOr<std::string> ModelDigest(const ModelFolder& folder,
                                        const CancellationToken* cancel) {
  ANIMATE_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                           ModelFiles(folder));
  std::vector<absl::StatusOr<std::string>> digests(names.size(), "");
  std::atomic<size_t> next = 0;
  const auto hash_files = [&] {
    for (size_t i = next++; i < names.size(); i = next++) {
      digests[i] =
          Sha256OfFile((fs::path(folder.path) / names[i]).string(), cancel);
    }
  };
  std::vector<std::thread> threads;
  const size_t processors = std::max(1u, std::thread::hardware_concurrency());
  for (size_t i = 1; i < std::min(processors, names.size()); ++i) {
    threads.emplace_back(hash_files);
  }
  hash_files();
  for (std::thread& thread : threads) thread.join();
  std::vector<FileDigest> files;
  for (size_t i = 0; i < names.size(); ++i) {
    ANIMATE_RETURN_IF_ERROR(digests[i].status());
    files.push_back({.file = names[i], .sha256 = *std::move(digests[i])});
  }
  return ModelDigest(std::move(files));
}

}  // namespace animate
