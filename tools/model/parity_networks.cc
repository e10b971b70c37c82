#include "tools/model/parity_networks.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "engine/nn/reference_features.h"
#include "engine/nn/taps.h"
#include "engine/pipeline/frame_decoder.h"
#include "engine/pipeline/image_tensor.h"
#include "engine/raster/pillow_resize.h"

namespace animate {
namespace {

constexpr absl::string_view kTap = "tap.";
constexpr absl::string_view kInputBank = "in.bank.";

// The inputs of one file, in the networks' type and on their device.
class Inputs {
 public:
  Inputs(const ModelBundle& models, const StateDict& tensors)
      : options_(models.options), tensors_(tensors) {}

  at::Tensor operator[](const std::string& name) const {
    const auto found = tensors_.find(absl::StrCat("in.", name));
    TORCH_CHECK(found != tensors_.end(), "in.", name, " is missing");
    const at::Tensor& tensor = found->second;
    return tensor.is_floating_point()
               ? tensor.to(options_.device, options_.dtype)
               : tensor.to(options_.device);
  }

  bool Has(const std::string& name) const {
    return tensors_.count(absl::StrCat("in.", name)) > 0;
  }

  // The features as recorded, which is half precision.
  ReferenceFeatures Banks(const std::vector<std::string>& blocks) const {
    ReferenceFeatures features;
    for (const std::string& block : blocks) {
      const auto found = tensors_.find(absl::StrCat(kInputBank, block));
      TORCH_CHECK(found != tensors_.end(), kInputBank.data(), block,
                  " is missing");
      features.blocks.push_back({block, found->second.to(options_.device)});
    }
    return features;
  }

  at::Tensor Timestep(int64_t value) const {
    return at::scalar_tensor(
        value, at::TensorOptions().dtype(at::kLong).device(options_.device));
  }

 private:
  const ModelOptions& options_;
  const StateDict& tensors_;
};

std::set<std::string> WantedTaps(const WantedOutputs& wanted) {
  std::set<std::string> paths;
  for (const std::string& name : wanted) {
    if (absl::StartsWith(name, kTap)) {
      paths.emplace(absl::StripPrefix(name, kTap));
    }
  }
  return paths;
}

void AddTaps(const Taps& taps, ParityResults& results) {
  for (const auto& [path, output] : taps.outputs()) {
    results[absl::StrCat(kTap, path)] = output;
  }
}

ParityResults RunPoseGuider(const ModelBundle& models, const Inputs& inputs,
                            Taps& taps) {
  return {{"output", models.pose_guider.Forward(inputs["pose"], &taps)}};
}

ParityResults RunClip(const ModelBundle& models, const Inputs& inputs,
                      Taps& taps) {
  return {{"image_embeds",
           models.image_encoder.Forward(inputs["pixel_values"], &taps)}};
}

ParityResults RunVaeEncode(const ModelBundle& models, const Inputs& inputs,
                           Taps& taps) {
  const LatentDistribution distribution =
      models.vae.Encode(inputs["image"], &taps);
  return {{"mean", distribution.mean},
          {"logvar", distribution.logvar},
          {"latents", distribution.mean * models.vae.scaling_factor()}};
}

ParityResults RunVaeDecode(const ModelBundle& models, const Inputs& inputs,
                           Taps& taps) {
  const at::Tensor latents = inputs["latents"];
  const at::Tensor sample =
      models.vae.Decode(latents * (1.0 / models.vae.scaling_factor()), &taps);
  std::vector<at::Tensor> frames;
  for (int64_t i = 0; i < latents.size(0); ++i) {
    frames.push_back(
        DecodeFrame(models.vae, latents.narrow(0, i, 1)).unsqueeze(0));
  }
  return {{"sample", sample}, {"frames", at::cat(frames)}};
}

ParityResults RunReferenceUnet(const ModelBundle& models, const Inputs& inputs,
                               Taps& taps) {
  const ReferenceFeatures features = models.reference_unet.Forward(
      inputs["latents"], inputs.Timestep(0), inputs["context"], &taps);
  ParityResults results;
  for (const ReferenceFeatures::Block& block : features.blocks) {
    results[absl::StrCat("bank.", block.name)] = block.tokens;
  }
  return results;
}

// Each recorded output is another way to call the network on the same inputs.
ParityResults RunDenoisingUnet(const ModelBundle& models, const Inputs& inputs,
                               const WantedOutputs& wanted, Taps& taps) {
  const DenoisingUnet& unet = models.denoising_unet;
  const ReferenceFeatures banks = inputs.Banks(unet.transformer_blocks());
  DenoisingUnetInputs guided;
  guided.latents = inputs["latents"];
  guided.timesteps = inputs["timestep"];
  guided.encoder_hidden_states = inputs["context"];
  if (inputs.Has("pose_fea")) guided.pose_features = inputs["pose_fea"];
  guided.reference = &banks;
  guided.reference_rows = {kNoReference, 1};

  ParityResults results;
  results["output"] = unet.Forward(guided, &taps);
  if (wanted.count("output_empty_bank") > 0) {
    DenoisingUnetInputs empty = guided;
    empty.reference = nullptr;
    results["output_empty_bank"] = unet.Forward(empty);
  }
  if (wanted.count("output_no_guidance") > 0) {
    DenoisingUnetInputs one = guided;
    one.latents = guided.latents.narrow(0, 0, 1);
    one.encoder_hidden_states = guided.encoder_hidden_states.narrow(0, 1, 1);
    one.pose_features = guided.pose_features.narrow(0, 0, 1);
    one.reference_rows = {1};
    results["output_no_guidance"] = unet.Forward(one);
  }
  if (wanted.count("output_one_frame_t999") > 0) {
    DenoisingUnetInputs frame = guided;
    frame.latents = guided.latents.narrow(2, 0, 1);
    frame.timesteps = inputs.Timestep(999);
    frame.pose_features = guided.pose_features.narrow(2, 0, 1);
    results["output_one_frame_t999"] = unet.Forward(frame);
  }
  return results;
}

// Side lengths of a recorded picture: [H, W, 3], [1, 3, H, W] or
// [1, 3, F, H, W].
std::pair<int, int> SizeOf(const at::Tensor& picture) {
  const bool pixels = picture.dim() == 3;
  return {static_cast<int>(picture.size(pixels ? 1 : -1)),
          static_cast<int>(picture.size(pixels ? 0 : -2))};
}

at::Tensor PosePictures(const GoldenData& golden, const at::Tensor& recorded) {
  const auto [width, height] = SizeOf(recorded);
  const size_t frames =
      std::min(static_cast<size_t>(recorded.size(2)), golden.poses().size());
  std::vector<at::Tensor> pictures;
  for (size_t i = 0; i < frames; ++i) {
    pictures.push_back(
        PoseGuiderInput(golden.poses()[i], width, height).unsqueeze(2));
  }
  return at::cat(pictures, 2);
}

}  // namespace

ParityResults RunPreprocess(const GoldenData& golden, const StateDict& tensors,
                            const WantedOutputs& wanted) {
  ParityResults results;
  for (const std::string& name : wanted) {
    const at::Tensor& recorded = tensors.at(name);
    if (name == "pose.pose_guider_input") {
      results[name] = PosePictures(golden, recorded);
      continue;
    }
    const RgbImage& image = absl::StartsWith(name, "full.")
                                ? golden.full_reference()
                                : golden.reference();
    if (image.empty()) continue;
    const auto [width, height] = SizeOf(recorded);
    if (absl::EndsWith(name, ".clip_resized_u8")) {
      results[name] = PixelTensor(
          PillowResize(image, width, height, ResampleFilter::kBicubic));
    } else if (absl::EndsWith(name, ".clip_pixel_values")) {
      results[name] = ClipPixelValues(image, width);
    } else if (absl::EndsWith(name, ".vae_resized_u8")) {
      results[name] = PixelTensor(
          PillowResize(image, width, height, ResampleFilter::kLanczos));
    } else if (absl::EndsWith(name, ".vae_input")) {
      results[name] = VaeInput(image, width, height);
    }
  }
  return results;
}

absl::StatusOr<ParityResults> RunNetwork(const ModelBundle& models,
                                         const std::string& file,
                                         const StateDict& tensors,
                                         const WantedOutputs& wanted) {
  const Inputs inputs(models, tensors);
  Taps taps(WantedTaps(wanted));
  ParityResults results;
  if (absl::StartsWith(file, "pose_guider")) {
    results = RunPoseGuider(models, inputs, taps);
  } else if (absl::StartsWith(file, "clip")) {
    results = RunClip(models, inputs, taps);
  } else if (absl::StartsWith(file, "vae_encode")) {
    results = RunVaeEncode(models, inputs, taps);
  } else if (absl::StartsWith(file, "vae_decode")) {
    results = RunVaeDecode(models, inputs, taps);
  } else if (absl::StartsWith(file, "reference_unet")) {
    results = RunReferenceUnet(models, inputs, taps);
  } else if (absl::StartsWith(file, "denoising_unet")) {
    results = RunDenoisingUnet(models, inputs, wanted, taps);
  } else {
    return absl::NotFoundError(
        absl::StrCat("nothing here computes a golden called ", file));
  }
  AddTaps(taps, results);
  return results;
}

}  // namespace animate
