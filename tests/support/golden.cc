#include "tests/support/golden.h"

#include <ATen/TensorOperators.h>
#include <c10/core/ScalarType.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/weights/safetensors.h"
#include "engine/weights/state_dict.h"
#include "tests/support/golden_folder.h"

namespace animate {
namespace {

// Golden data that cannot be read is a broken checkout: no test can go on.
template <typename T>
T ValueOrDie(absl::StatusOr<T> result) {
  if (!result.ok()) {
    ADD_FAILURE() << result.status();
    std::abort();
  }
  return *std::move(result);
}

StateDict LoadAsFloat(const std::string& path) {
  StateDict state_dict = ValueOrDie(LoadStateDict(path));
  for (auto& [key, tensor] : state_dict) {
    if (tensor.is_floating_point()) {
      tensor = tensor.to(c10::ScalarType::Float);
    }
  }
  return state_dict;
}

}  // namespace

Difference DifferenceOf(const at::Tensor& actual, const at::Tensor& expected) {
  const at::Tensor want = expected.to(c10::ScalarType::Double);
  const at::Tensor difference = actual.to(c10::ScalarType::Double) - want;
  const auto rms = [](const at::Tensor& x) {
    return std::sqrt(x.square().mean().item<double>());
  };
  return {.max_abs = difference.abs().max().item<double>(),
          .rms = rms(difference) / rms(want)};
}

testing::AssertionResult Matches(const at::Tensor& actual,
                                 const GoldenTensor& golden) {
  if (!actual.defined() || actual.sizes() != golden.value.sizes()) {
    return testing::AssertionFailure()
           << golden.name << ": shape "
           << (actual.defined() ? absl::StrCat(actual.dim(), "-d") : "none")
           << " differs from the golden's";
  }
  const Difference got = DifferenceOf(actual, golden.value);
  const bool near = got.max_abs <= golden.tolerance.max_abs &&
                    got.rms <= golden.tolerance.rms;
  return (near ? testing::AssertionSuccess() : testing::AssertionFailure())
         << golden.name << ": max abs " << got.max_abs << " of "
         << golden.tolerance.max_abs << ", rms " << got.rms << " of "
         << golden.tolerance.rms;
}

std::unique_ptr<Golden> Golden::Open(absl::string_view name) {
  const std::optional<std::string> folder = GoldenFolder(name);
  if (!folder.has_value()) return nullptr;
  return std::unique_ptr<Golden>(new Golden(*folder));
}

Golden::Golden(std::string folder)
    : folder_(std::move(folder)),
      model_(ValueOrDie(
          FindModelFolder(absl::StrCat(folder_, "/pretrained_weights")))) {
  std::ifstream stream(absl::StrCat(folder_, "/goldens/index.json"));
  const nlohmann::json index = nlohmann::json::parse(stream);
  for (const auto& [file, tensors] : index.at("files").items()) {
    for (const auto& [key, entry] : tensors.items()) {
      if (!entry.contains("tolerance")) continue;
      const nlohmann::json& tolerance = entry["tolerance"];
      tolerances_[file][key] = {
          .max_abs = tolerance.at("max_abs").get<double>(),
          .rms = tolerance.at("rms_diff_over_rms").get<double>()};
    }
  }
}

const StateDict& Golden::File(const std::string& file) {
  const auto [it, is_new] = files_.try_emplace(file);
  if (is_new) {
    it->second = ValueOrDie(LoadSafetensors(
        absl::StrCat(folder_, "/goldens/", file, ".safetensors")));
  }
  return it->second;
}

at::Tensor Golden::In(const std::string& file, const std::string& key) {
  const StateDict& tensors = File(file);
  const auto it = tensors.find(key);
  return it == tensors.end() ? at::Tensor() : it->second;
}

GoldenTensor Golden::Out(const std::string& file, const std::string& key) {
  const std::string full = absl::StrCat("out.", key);
  return {
      .name = absl::StrCat(file, " ", key),
      .value = In(file, full),
      .tolerance = tolerances_[absl::StrCat(file, ".safetensors")].at(full)};
}

StateDict Golden::All(const std::string& file, const std::string& prefix) {
  StateDict found;
  for (const auto& [key, tensor] : File(file)) {
    if (absl::StartsWith(key, prefix)) {
      found[key.substr(prefix.size())] = tensor;
    }
  }
  return found;
}

UnetConfig Golden::unet_config() const {
  return ValueOrDie(ParseUnetConfig(model_.unet_config, "unet/config.json"));
}

InferenceConfig Golden::inference_config() const {
  return ValueOrDie(
      ParseInferenceConfig(model_.topology.value_or("{}"), "topology.json"));
}

VaeConfig Golden::vae_config() const {
  return ValueOrDie(ParseVaeConfig(model_.vae_config, "vae/config.json"));
}

ClipVisionConfig Golden::clip_config() const {
  return ValueOrDie(ParseClipVisionConfig(model_.image_encoder_config,
                                          "image_encoder/config.json"));
}

StateDict Golden::denoising_unet() const {
  StateDict weights = LoadAsFloat(model_.denoising_unet);
  weights.merge(motion_module());
  return weights;
}

StateDict Golden::motion_module() const {
  return LoadAsFloat(model_.motion_module);
}

StateDict Golden::reference_unet() const {
  return LoadAsFloat(model_.reference_unet);
}

StateDict Golden::pose_guider() const {
  return LoadAsFloat(model_.pose_guider);
}

StateDict Golden::vae() const { return LoadAsFloat(model_.vae); }

StateDict Golden::image_encoder() const {
  return LoadAsFloat(model_.image_encoder);
}

}  // namespace animate
