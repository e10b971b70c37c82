#include "tools/model/parity_golden.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_codec.h"
#include "engine/weights/safetensors.h"

namespace animate {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr absl::string_view kEnding = ".safetensors";

absl::StatusOr<std::string> ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return absl::NotFoundError(
        absl::StrCat(path.string(), ": cannot be opened"));
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

absl::StatusOr<RgbImage> ReadImage(const fs::path& path) {
  ANIMATE_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  absl::StatusOr<RgbImage> image = DecodeImage(bytes);
  if (!image.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat(path.string(), ": ", image.status().message()));
  }
  return image;
}

// Paths in `folder` that begin and end as said, sorted by name.
std::vector<fs::path> ListFiles(const fs::path& folder,
                                absl::string_view prefix,
                                absl::string_view suffix) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (absl::StartsWith(name, prefix) && absl::EndsWith(name, suffix)) {
      paths.push_back(it->path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

const Json* Find(const Json& object, const std::string& key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

template <typename T>
void ReadNumber(const Json& object, const char* key, T& value) {
  const Json* found = Find(object, key);
  if (found != nullptr && found->is_number()) value = found->get<T>();
}

// The first of `names` that `tensors` holds; undefined without any.
at::Tensor FirstOf(const StateDict& tensors,
                   std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = tensors.find(name);
    if (found != tensors.end()) return found->second;
  }
  return {};
}

}  // namespace

struct GoldenData::Index {
  Json json;
};

GoldenData::GoldenData() = default;
GoldenData::GoldenData(GoldenData&&) noexcept = default;
GoldenData& GoldenData::operator=(GoldenData&&) noexcept = default;
GoldenData::~GoldenData() = default;

absl::StatusOr<GoldenData> GoldenData::Open(const std::string& path) {
  const fs::path folder = path;
  const fs::path index_path = folder / "goldens" / "index.json";
  ANIMATE_ASSIGN_OR_RETURN(const std::string text, ReadFile(index_path));
  GoldenData golden;
  golden.path_ = path;
  golden.index_ = std::make_unique<Index>();
  golden.index_->json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const Json* files = Find(golden.index_->json, "files");
  if (files == nullptr || !files->is_object() || files->empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        index_path.string(), ": is no JSON object that lists \"files\""));
  }
  for (const auto& [name, tensors] : files->items()) {
    golden.files_.emplace_back(absl::StripSuffix(name, kEnding));
  }
  for (const fs::path& file : ListFiles(folder / "goldens", "", kEnding)) {
    const std::string name = file.stem().string();
    if (std::count(golden.files_.begin(), golden.files_.end(), name) == 0) {
      golden.files_.push_back(name);
    }
  }

  ANIMATE_ASSIGN_OR_RETURN(golden.reference_,
                           ReadImage(folder / "inputs" / "ref.png"));
  for (const fs::path& file : ListFiles(folder / "inputs", "pose_", ".png")) {
    ANIMATE_ASSIGN_OR_RETURN(RgbImage pose, ReadImage(file));
    golden.poses_.push_back(std::move(pose));
  }
  const fs::path full = fs::absolute(folder).lexically_normal() / ".." / ".." /
                        "real" / "anyone-2.png";
  if (fs::exists(full)) {
    ANIMATE_ASSIGN_OR_RETURN(golden.full_reference_, ReadImage(full));
  }
  return golden;
}

bool GoldenData::Describes(const std::string& file) const {
  return Find(*Find(index_->json, "files"), absl::StrCat(file, kEnding)) !=
         nullptr;
}

std::vector<std::string> GoldenData::TensorNames(
    const std::string& file) const {
  std::vector<std::string> names;
  const Json* tensors =
      Find(*Find(index_->json, "files"), absl::StrCat(file, kEnding));
  if (tensors == nullptr || !tensors->is_object()) return names;
  for (const auto& [name, description] : tensors->items()) {
    names.push_back(name);
  }
  return names;
}

absl::StatusOr<StateDict> GoldenData::Load(const std::string& file) const {
  return LoadSafetensors(
      (fs::path(path_) / "goldens" / absl::StrCat(file, kEnding)).string());
}

std::optional<Tolerance> GoldenData::FindTolerance(
    const std::string& file, const std::string& tensor) const {
  const Json* found = Find(index_->json, "files");
  for (const std::string& key :
       {absl::StrCat(file, kEnding), tensor, std::string("tolerance")}) {
    found = Find(*found, key);
    if (found == nullptr) return std::nullopt;
  }
  Tolerance tolerance = {-1.0, -1.0};
  ReadNumber(*found, "max_abs", tolerance.max_abs);
  ReadNumber(*found, "rms_diff_over_rms", tolerance.rms_diff_over_rms);
  if (tolerance.max_abs < 0.0 || tolerance.rms_diff_over_rms < 0.0) {
    return std::nullopt;
  }
  return tolerance;
}

absl::StatusOr<PipelineRun> GoldenData::DescribeRun(const std::string& file,
                                                    const StateDict& tensors,
                                                    int vae_factor) const {
  const at::Tensor latents = FirstOf(tensors, {"in.latents"});
  const at::Tensor steps =
      FirstOf(tensors, {"out.noise_pred", "out.step_latents", "out.timesteps"});
  if (!latents.defined() || latents.dim() != 5) {
    return absl::FailedPreconditionError(
        "in.latents [1, C, F, h, w] is missing");
  }
  PipelineRun run;
  run.num_frames = static_cast<int>(latents.size(2));
  run.height = static_cast<int>(latents.size(3)) * vae_factor;
  run.width = static_cast<int>(latents.size(4)) * vae_factor;
  if (steps.defined() && steps.dim() > 0) {
    run.num_inference_steps = static_cast<int>(steps.size(0));
  }
  if (absl::StrContains(file, "no_guidance")) run.guidance_scale = 1.0;
  if (absl::StrContains(file, "scaled_linear")) {
    run.beta_schedule = "scaled_linear";
  }
  const Json* pipelines = Find(index_->json, "pipelines");
  const Json* recorded =
      pipelines == nullptr ? nullptr : Find(*pipelines, file);
  if (recorded != nullptr) {
    ReadNumber(*recorded, "num_inference_steps", run.num_inference_steps);
    ReadNumber(*recorded, "guidance_scale", run.guidance_scale);
    ReadNumber(*recorded, "width", run.width);
    ReadNumber(*recorded, "height", run.height);
    ReadNumber(*recorded, "context_frames", run.context_frames);
    ReadNumber(*recorded, "context_overlap", run.context_overlap);
    ReadNumber(*recorded, "context_stride", run.context_stride);
    const Json* schedule = Find(*recorded, "beta_schedule");
    if (schedule != nullptr && schedule->is_string()) {
      run.beta_schedule = schedule->get<std::string>();
    }
  }
  if (run.num_inference_steps < 1) {
    return absl::FailedPreconditionError(
        "neither the index nor the tensors say how many steps were taken");
  }
  if (static_cast<size_t>(run.num_frames) > poses_.size()) {
    return absl::FailedPreconditionError(
        absl::StrCat("inputs hold ", poses_.size(), " poses, ", run.num_frames,
                     " are needed"));
  }
  return run;
}

}  // namespace animate
