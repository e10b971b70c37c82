#ifndef ANIMATE_ENGINE_PIPELINE_FRAME_DECODER_H_
#define ANIMATE_ENGINE_PIPELINE_FRAME_DECODER_H_

#include <ATen/core/Tensor.h>

#include <functional>

#include "absl/status/status.h"
#include "engine/animation/image.h"
#include "engine/base/cancellation.h"
#include "engine/model/autoencoder_kl.h"
#include "engine/pipeline/pipeline_options.h"

namespace animate {

// Returns the frame in one frame's latents: [1, latent_channels, h, w] ->
// fp32 [3, H, W] in [0, 1], on the latents' device. Throws c10::Error.
at::Tensor DecodeFrame(const AutoencoderKL& vae, const at::Tensor& latents);

// Decodes the frames of [1, latent_channels, F, h, w] in order and hands each
// over as soon as it is done: options.decode_batch_frames at a time, one by
// default, so that memory does not grow with the clip. Polls `token` before
// each batch and returns its error. Throws c10::Error.
absl::Status DecodeFrames(
    const AutoencoderKL& vae, const at::Tensor& latents,
    const PipelineOptions& options, const CancellationToken& token,
    const std::function<void(int index, RgbImage frame)>& on_frame);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_FRAME_DECODER_H_
