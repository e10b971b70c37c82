#include "engine/evaluation/video_features.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/stack.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

// Arguments of forward that are switched on where there are any.
const std::set<std::string>& SwitchedOn() {
  static const auto& names =
      *new std::set<std::string>{"rescale", "resize", "return_features"};
  return names;
}

// The first line of what LibTorch says; the rest is a stack.
std::string FirstLine(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

absl::Status CheckForward(const std::string& path,
                          const torch::jit::Module& module) {
  const std::vector<c10::Argument>& arguments =
      module.get_method("forward").function().getSchema().arguments();
  for (size_t i = 2; i < arguments.size(); ++i) {  // behind self and the clips
    if (SwitchedOn().count(arguments[i].name()) == 0 &&
        !arguments[i].default_value().has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": forward wants an argument ",
                       arguments[i].name(), " that is not known"));
    }
  }
  if (arguments.size() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": forward takes no clips"));
  }
  return absl::OkStatus();
}

}  // namespace

struct VideoFeatures::Network {
  std::string path;
  torch::jit::Module module;
};

absl::StatusOr<VideoFeatures> VideoFeatures::Load(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  }
  try {
    auto network = std::make_shared<Network>(
        Network{.path = path, .module = torch::jit::load(path, at::kCPU)});
    network->module.eval();
    ANIMATE_RETURN_IF_ERROR(CheckForward(path, network->module));
    return VideoFeatures(std::move(network));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": not a TorchScript network: ", FirstLine(error)));
  }
}

absl::StatusOr<at::Tensor> VideoFeatures::Describe(
    const at::Tensor& clips) const {
  try {
    // TorchScript that was saved elsewhere may record gradients of its own.
    const c10::InferenceMode inference;
    torch::jit::Kwargs switches;
    for (const c10::Argument& argument : network_->module.get_method("forward")
                                             .function()
                                             .getSchema()
                                             .arguments()) {
      if (SwitchedOn().count(argument.name()) > 0) {
        switches[argument.name()] = true;
      }
    }
    const c10::IValue result =
        network_->module.get_method("forward")({clips}, switches);
    if (!result.isTensor() || result.toTensor().dim() != 2 ||
        result.toTensor().size(0) != clips.size(0)) {
      return absl::InvalidArgumentError(
          absl::StrCat(network_->path, ": forward does not return [B, D]"));
    }
    const at::Tensor features = result.toTensor().to(at::kFloat);
    if (!at::isfinite(features).all().item().toBool()) {
      return absl::InternalError(
          absl::StrCat(network_->path, ": features are not finite numbers"));
    }
    return features;
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(
        network_->path, ": fails on these clips: ", FirstLine(error)));
  }
}

absl::StatusOr<at::Tensor> VideoFeatures::Describe(
    absl::Span<const RgbImage> clip) const {
  std::vector<at::Tensor> frames;
  for (const RgbImage& frame : clip) {
    frames.push_back(at::from_blob(const_cast<uint8_t*>(frame.pixels.data()),
                                   {frame.height, frame.width, 3}, at::kByte)
                         .to(at::kFloat)
                         .permute({2, 0, 1}));
  }
  return Describe(at::stack(frames, 1).unsqueeze(0));
}

}  // namespace animate
