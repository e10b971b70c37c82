#include "engine/training/vae_files.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/model/autoencoder_kl.h"
#include "engine/tensor/torch_status.h"
#include "engine/training/replaced_folder.h"
#include "engine/weights/atomic_file.h"
#include "engine/weights/load_weights.h"
#include "engine/weights/safetensors_writer.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

constexpr char kFolder[] = "sd-vae-ft-mse";
constexpr char kConfig[] = "config.json";
constexpr char kWeights[] = "diffusion_pytorch_model.safetensors";

absl::StatusOr<fs::path> VaeFolder(const std::string& folder) {
  std::error_code error;
  for (const fs::path& path : {fs::path(folder) / kFolder, fs::path(folder)}) {
    if (fs::is_regular_file(path / kConfig, error)) return path;
  }
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat(folder, ": no VAE: want ", kFolder, "/",
                                kConfig, " or ", kConfig),
                   {.reason = "MODEL_FILES_MISSING"});
}

absl::StatusOr<fs::path> WeightsIn(const fs::path& folder) {
  std::error_code error;
  for (const char* name : {kWeights, "diffusion_pytorch_model.bin"}) {
    if (fs::is_regular_file(folder / name, error)) return folder / name;
  }
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat(folder.string(), ": no ", kWeights),
                   {.reason = "MODEL_FILES_MISSING"});
}

absl::Status WriteConfig(const AtomicFolder& folder, const std::string& text) {
  ANIMATE_ASSIGN_OR_RETURN(const std::string path,
                           folder.PathFor(absl::StrCat(kFolder, "/", kConfig)));
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                           AtomicFile::Create(path));
  ANIMATE_RETURN_IF_ERROR(file->Write(text.data(), text.size()));
  return file->Commit();
}

uint64_t SizeOf(const StateDict& weights) {
  uint64_t bytes = 0;
  for (const auto& [key, tensor] : weights) bytes += tensor.nbytes();
  return bytes;
}

}  // namespace

absl::StatusOr<VaeModel> ReadVae(const std::string& folder) {
  ANIMATE_ASSIGN_OR_RETURN(const fs::path place, VaeFolder(folder));
  std::ifstream stream(place / kConfig, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  VaeModel model;
  ANIMATE_ASSIGN_OR_RETURN(model.config,
                           ParseVaeConfig(text, (place / kConfig).string()));
  ANIMATE_ASSIGN_OR_RETURN(const fs::path file, WeightsIn(place));
  ANIMATE_ASSIGN_OR_RETURN(LoadedWeights loaded,
                           LoadWeights(file.string(), {}));
  return CallTorch(folder, [&]() -> absl::StatusOr<VaeModel> {
    Parameters parameters(std::move(loaded.tensors));
    const AutoencoderKL claims_its_keys(Scope(parameters), model.config,
                                        ExactShortcuts::None());
    ANIMATE_RETURN_IF_ERROR(parameters.Verify(file.string()));
    // Into memory of their own: the file may be replaced meanwhile.
    for (const auto& [key, tensor] : parameters.state_dict()) {
      model.weights.emplace(key, tensor.clone());
    }
    return std::move(model);
  });
}

absl::Status WriteVae(const std::string& path, const VaeModel& model) {
  return WriteReplacedFolder(
      path, SizeOf(model.weights), [&](const AtomicFolder& folder) {
        ANIMATE_RETURN_IF_ERROR(
            WriteConfig(folder, VaeConfigText(model.config)));
        ANIMATE_ASSIGN_OR_RETURN(
            const std::string file,
            folder.PathFor(absl::StrCat(kFolder, "/", kWeights)));
        return SaveSafetensors(file, model.weights);
      });
}

std::string VaeConfigText(const VaeConfig& config) {
  const size_t levels = config.block_out_channels.size();
  const std::vector<std::string> down(levels, "DownEncoderBlock2D");
  const std::vector<std::string> up(levels, "UpDecoderBlock2D");
  const nlohmann::ordered_json json = {
      {"_class_name", "AutoencoderKL"},
      {"act_fn", "silu"},
      {"block_out_channels", config.block_out_channels},
      {"down_block_types", down},
      {"in_channels", config.in_channels},
      {"latent_channels", config.latent_channels},
      {"layers_per_block", config.layers_per_block},
      {"norm_num_groups", config.norm_num_groups},
      {"out_channels", config.out_channels},
      {"scaling_factor", config.scaling_factor},
      {"up_block_types", up},
  };
  return json.dump(2) + "\n";
}

}  // namespace animate
