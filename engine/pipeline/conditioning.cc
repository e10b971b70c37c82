#include "engine/pipeline/conditioning.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cstddef>

#include "engine/base/status_macros.h"
#include "engine/pipeline/image_tensor.h"

namespace animate {
namespace {

at::Tensor Move(const ModelBundle& models, const at::Tensor& tensor) {
  return tensor.to(models.options.device, models.options.dtype);
}

}  // namespace

at::Tensor EncodeImageEmbeds(const ModelBundle& models,
                             const RgbImage& reference) {
  const int size = static_cast<int>(models.image_encoder_config.image_size);
  return models.image_encoder.Forward(
      Move(models, ClipPixelValues(reference, size)));
}

at::Tensor EncodeReferenceLatents(const ModelBundle& models,
                                  const RgbImage& reference, int width,
                                  int height) {
  const at::Tensor image = Move(models, VaeInput(reference, width, height));
  return models.vae.Encode(image).mean * models.vae.scaling_factor();
}

ReferenceFeatures EncodeReferenceFeatures(const ModelBundle& models,
                                          const at::Tensor& reference_latents,
                                          const at::Tensor& image_embeds,
                                          const PipelineOptions& options) {
  const at::Tensor timestep =
      at::scalar_tensor(0, reference_latents.options().dtype(at::kLong));
  const ReferenceFeatures features = models.reference_unet.Forward(
      reference_latents, timestep, image_embeds.unsqueeze(1));
  return options.round_reference_to_half ? features.RoundedToHalf() : features;
}

absl::StatusOr<at::Tensor> EncodePoses(const ModelBundle& models,
                                       const std::vector<RgbImage>& poses,
                                       int width, int height,
                                       const PipelineOptions& options,
                                       const CancellationToken& token) {
  const size_t batch =
      static_cast<size_t>(std::max(options.pose_batch_frames, 1));
  std::vector<at::Tensor> features;  // each [1, C, f, h, w]
  for (size_t begin = 0; begin < poses.size(); begin += batch) {
    ANIMATE_RETURN_IF_ERROR(token.Check());
    std::vector<at::Tensor> pictures;  // each [1, 3, 1, H, W]
    for (size_t i = begin; i < std::min(begin + batch, poses.size()); ++i) {
      pictures.push_back(PoseGuiderInput(poses[i], width, height).unsqueeze(2));
    }
    features.push_back(
        models.pose_guider.Forward(Move(models, at::cat(pictures, 2))));
  }
  return at::cat(features, 2);
}

at::Tensor EncoderHiddenStates(const at::Tensor& image_embeds, bool guided) {
  const at::Tensor token = image_embeds.unsqueeze(1);  // [1, 1, D]
  return guided ? at::cat({at::zeros_like(token), token}) : token;
}

}  // namespace animate
