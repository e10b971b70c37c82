#include "engine/training/vae_task.h"

#include <optional>
#include <utility>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/tensor/device.h"
#include "engine/tensor/torch_status.h"
#include "engine/training/sample_seed.h"
#include "engine/training/vae_growth.h"
#include "engine/training/vae_latents.h"
#include "engine/training/vae_loss.h"
#include "engine/training/vae_sheet.h"

namespace animate {
namespace {

constexpr absl::string_view kPrefix = "vae.";
constexpr uint64_t kNoisePurpose = 0x6e6f6973;
constexpr uint64_t kPredictedPurpose = 0x70726564;

absl::StatusOr<VaeModel> InitialVae(const VaeTaskOptions& options) {
  if (!options.init_folder.empty()) return ReadVae(options.init_folder);
  if (options.grow_from.empty()) {
    return CallTorch("make a VAE", [&] {
      return NewVae(options.config, options.initial_logvar, options.init_seed);
    });
  }
  ANIMATE_ASSIGN_OR_RETURN(const VaeModel source, ReadVae(options.grow_from));
  return GrowVae(source, options.config, options.init_seed);
}

bool IsTrained(const std::string& key, VaeTrainedPart part) {
  return part == VaeTrainedPart::kAll || absl::StartsWith(key, "decoder.") ||
         absl::StartsWith(key, "post_quant_conv.");
}

// Copies of `weights` on `device`, as leaves where they are trained.
StateDict Leaves(const StateDict& weights, VaeTrainedPart part,
                 c10::Device device) {
  StateDict leaves;
  for (const auto& [key, tensor] : weights) {
    at::Tensor leaf = tensor.detach().to(device, at::kFloat).clone();
    leaf.requires_grad_(IsTrained(key, part));
    leaves.emplace(key, std::move(leaf));
  }
  return leaves;
}

StateDict TrainedOf(const StateDict& leaves) {
  StateDict trained;
  for (const auto& [key, leaf] : leaves) {
    if (leaf.requires_grad()) trained.emplace(absl::StrCat(kPrefix, key), leaf);
  }
  return trained;
}

VaeCropOptions CropsOf(const VaeTaskOptions& options, int grid) {
  return {.width = options.crop_width,
          .height = options.crop_height,
          .count = options.crops_per_clip,
          .grid = grid,
          .candidates = options.crop_candidates};
}

// A number in [0, 1) for one purpose.
double Chance(uint64_t seed, uint64_t purpose) {
  return static_cast<double>(MixSeeds(seed, purpose) >> 11U) * 0x1p-53;
}

}  // namespace

absl::StatusOr<std::unique_ptr<VaeTask>> VaeTask::Create(
    VaeTaskOptions options, std::vector<TrainingClip> statistics_clips,
    VaePredictions predictions) {
  ANIMATE_RETURN_IF_ERROR(options.Validate());
  if (options.predicted_fraction > 0 && predictions == nullptr) {
    return FieldError("predicted_fraction", "there is no model to predict");
  }
  ANIMATE_ASSIGN_OR_RETURN(const c10::Device device,
                           ParseDevice(options.device));
  ANIMATE_ASSIGN_OR_RETURN(VaeModel model, InitialVae(options));
  options.config = model.config;
  ANIMATE_RETURN_IF_ERROR(options.Validate());
  const bool measured = options.trained_part == VaeTrainedPart::kAll;
  if (measured && statistics_clips.empty()) {
    return absl::InvalidArgumentError(
        "no clips to measure the scale of the latents on");
  }
  for (const TrainingClip& clip : statistics_clips) {
    ANIMATE_RETURN_IF_ERROR(
        CheckPictures(clip, {}, model.config.spatial_factor()));
  }
  return CallTorch("make a VAE's training", [&] {
    return std::unique_ptr<VaeTask>(
        new VaeTask(std::move(options), model, device,
                    std::move(statistics_clips), std::move(predictions)));
  });
}

VaeTask::VaeTask(VaeTaskOptions options, const VaeModel& model,
                 c10::Device device, std::vector<TrainingClip> statistics_clips,
                 VaePredictions predictions)
    : options_(std::move(options)),
      config_(model.config),
      device_(device),
      statistics_clips_(std::move(statistics_clips)),
      predictions_(std::move(predictions)),
      parameters_(Leaves(model.weights, options_.trained_part, device)),
      trained_(TrainedOf(parameters_.state_dict())),
      vae_(Scope(parameters_), config_, ExactShortcuts::None()) {}

absl::StatusOr<TaskLoss> VaeTask::Loss(const std::vector<TrainingClip>& batch) {
  std::vector<Sample> samples;
  for (const TrainingClip& clip : batch) {
    ANIMATE_ASSIGN_OR_RETURN(samples.emplace_back(), Draw(clip));
  }
  return LossOf(samples);
}

absl::StatusOr<VaeTask::Sample> VaeTask::Draw(const TrainingClip& clip) const {
  const int64_t factor = config_.spatial_factor();
  ANIMATE_RETURN_IF_ERROR(CheckPictures(clip, CropsOf(options_, 1), factor));
  const bool predicted =
      Chance(clip.seed, kPredictedPurpose) < options_.predicted_fraction;
  // Predictions are of whole cells, and of the frames alone.
  const std::vector<VaeCrop> crops =
      predicted ? DrawCrops(clip, CropsOf(options_, static_cast<int>(factor)),
                            CropPictures::kFrames)
                : DrawCrops(clip, CropsOf(options_, 1));
  const std::vector<const RgbImage*> pictures = PicturesOf(clip);
  std::vector<at::Tensor> images;
  images.reserve(crops.size());
  for (const VaeCrop& crop : crops) {
    images.push_back(CropTensor(*pictures[crop.picture], crop));
  }
  Sample sample{.image = at::cat(images).to(device_)};
  sample.noise =
      at::randn({sample.image.size(0), config_.latent_channels,
                 sample.image.size(2) / factor, sample.image.size(3) / factor},
                at::make_generator<at::CPUGeneratorImpl>(
                    MixSeeds(clip.seed, kNoisePurpose)))
          .to(device_);
  if (predicted) {
    ANIMATE_ASSIGN_OR_RETURN(sample.latents, PredictedLatents(clip, crops));
  }
  return sample;
}

absl::StatusOr<at::Tensor> VaeTask::PredictedLatents(
    const TrainingClip& clip, const std::vector<VaeCrop>& crops) const {
  ANIMATE_ASSIGN_OR_RETURN(const at::Tensor predicted, predictions_(clip));
  const int64_t factor = config_.spatial_factor();
  const size_t first_frame = PicturesOf(clip).size() - clip.frames.size();
  std::vector<at::Tensor> latents;
  latents.reserve(crops.size());
  for (const VaeCrop& crop : crops) {
    latents.push_back(
        predicted.select(0, static_cast<int64_t>(crop.picture - first_frame))
            .narrow(1, crop.y / factor, crop.height / factor)
            .narrow(2, crop.x / factor, crop.width / factor));
  }
  return at::stack(latents)
      .detach()
      .to(device_, at::kFloat)
      .div_(config_.scaling_factor);
}

TaskLoss VaeTask::LossOf(const std::vector<Sample>& samples) const {
  TaskLoss result;
  std::vector<at::Tensor> images;
  images.reserve(samples.size());
  std::vector<at::Tensor> latents;
  latents.reserve(samples.size());
  at::Tensor divergence;
  if (options_.trained_part == VaeTrainedPart::kDecoder) {
    for (const Sample& sample : samples) {
      images.push_back(sample.image);
      latents.push_back(DecoderLatents(sample));
    }
  } else {
    std::vector<at::Tensor> noise;
    for (const Sample& sample : samples) {
      images.push_back(sample.image);
      noise.push_back(sample.noise);
    }
    const LatentDistribution posterior = Bounded(vae_.Encode(at::cat(images)));
    divergence = MeanDivergence(posterior);
    result.details["kl"] = divergence.item<double>();
    latents.push_back(posterior.mean +
                      at::exp(posterior.logvar * 0.5) * at::cat(noise));
  }
  const ReconstructionLoss error =
      CompareImages(vae_.Decode(at::cat(latents)), at::cat(images));
  result.loss = error.absolute + error.gradient * options_.gradient_weight +
                error.squared * options_.mse_weight;
  if (divergence.defined()) {
    result.loss = result.loss + divergence * options_.kl_weight;
  }
  result.details["l1"] = error.absolute.item<double>();
  result.details["gradient"] = error.gradient.item<double>();
  result.details["mse"] = error.squared.item<double>();
  result.details["psnr"] = PeakSignalToNoise(result.details["mse"]);
  return result;
}

at::Tensor VaeTask::DecoderLatents(const Sample& sample) const {
  const c10::NoGradGuard no_grad;
  if (sample.latents.defined()) return sample.latents;
  const at::Tensor mean = vae_.Encode(sample.image).mean;
  return mean + sample.noise * (options_.latent_noise / config_.scaling_factor);
}

StateDict VaeTask::Merged(const StateDict& weights) const {
  StateDict merged;
  for (const auto& [key, tensor] : parameters_.state_dict()) {
    const auto other = weights.find(absl::StrCat(kPrefix, key));
    merged.emplace(key,
                   (other == weights.end() ? tensor : other->second).detach());
  }
  return merged;
}

absl::Status VaeTask::WriteModel(const std::string& path,
                                 const StateDict& weights) const {
  VaeModel model{.config = config_, .weights = Merged(weights)};
  ANIMATE_RETURN_IF_ERROR(CallTorch("measure the latents", [&] {
    if (options_.trained_part != VaeTrainedPart::kAll) return;
    Parameters parameters(model.weights);
    const AutoencoderKL vae(Scope(parameters), config_, ExactShortcuts::None());
    std::vector<at::Tensor> pictures;
    for (const TrainingClip& clip : statistics_clips_) {
      for (const RgbImage* picture : PicturesOf(clip)) {
        pictures.push_back(PictureTensor(*picture).to(device_));
      }
    }
    const LatentStatistics statistics = MeasureLatents(vae, pictures);
    CentreLatents(statistics.mean, model.weights);
    model.config.scaling_factor = 1.0 / statistics.deviation;
  }));
  return WriteVae(path, model);
}

absl::StatusOr<RgbImage> VaeTask::ContactSheet(
    const std::vector<TrainingClip>& clips, const StateDict& weights) const {
  for (const TrainingClip& clip : clips) {
    ANIMATE_RETURN_IF_ERROR(CheckPictures(clip, {}, config_.spatial_factor()));
  }
  return CallTorch("contact sheet", [&] {
    Parameters parameters(Merged(weights));
    const AutoencoderKL vae(Scope(parameters), config_, ExactShortcuts::None());
    std::vector<SheetRow> rows;
    for (const TrainingClip& clip : clips) {
      SheetRow& row = rows.emplace_back();
      for (const RgbImage* picture : PicturesOf(clip)) {
        if (row.size() >= 2 * static_cast<size_t>(options_.sheet_pictures)) {
          break;
        }
        row.push_back(*picture);
        row.push_back(Reconstruct(vae, *picture, device_));
      }
    }
    return PictureGrid(rows);
  });
}

}  // namespace animate
