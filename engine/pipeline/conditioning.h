#ifndef ANIMATE_ENGINE_PIPELINE_CONDITIONING_H_
#define ANIMATE_ENGINE_PIPELINE_CONDITIONING_H_

#include <ATen/core/Tensor.h>

#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/base/cancellation.h"
#include "engine/nn/reference_features.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/pipeline/pipeline_options.h"

namespace animate {

// What steers the denoising, computed once per job. Animate Anyone, section
// 3.2: the reference by CLIP and by the ReferenceNet, the motion by the
// PoseGuider. Tensors have the bundle's type and device. All functions throw
// c10::Error.

// Returns CLIP's embedding of the reference: [1, cross_attention_dim].
at::Tensor EncodeImageEmbeds(const ModelBundle& models,
                             const RgbImage& reference);

// Returns the scaled mean of the reference's latents:
// [1, latent_channels, h, w]; width and height: multiples of
// info.size_multiple, in pixels.
at::Tensor EncodeReferenceLatents(const ModelBundle& models,
                                  const RgbImage& reference, int width,
                                  int height);

// Returns what the ReferenceNet sees in `reference_latents` under
// `image_embeds`, one row per block. (The reference also computes a row
// without embedding, which no surviving value depends on.)
ReferenceFeatures EncodeReferenceFeatures(const ModelBundle& models,
                                          const at::Tensor& reference_latents,
                                          const at::Tensor& image_embeds,
                                          const PipelineOptions& options);

// Returns the features of all pose pictures:
// [1, block_out_channels[0], F, h, w]. Polls `token` between batches and
// returns its error.
absl::StatusOr<at::Tensor> EncodePoses(const ModelBundle& models,
                                       const std::vector<RgbImage>& poses,
                                       int width, int height,
                                       const PipelineOptions& options,
                                       const CancellationToken& token);

// Returns what the cross-attentions of the denoising UNet look at: one token
// per row, [2, 1, D] with zeros for the unconditional row 0 when `guided`,
// else [1, 1, D].
at::Tensor EncoderHiddenStates(const at::Tensor& image_embeds, bool guided);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_CONDITIONING_H_
