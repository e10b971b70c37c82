#include "engine/pipeline/frame_decoder.h"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cstdint>

#include "engine/base/status_macros.h"
#include "engine/pipeline/image_tensor.h"
#include "engine/tensor/frames.h"
#include "engine/tensor/shape.h"

namespace animate {

namespace {

// [N, latent_channels, h, w] -> fp32 [N, 3, H, W] in [0, 1].
at::Tensor DecodeBatch(const AutoencoderKL& vae, const at::Tensor& latents) {
  const at::Tensor sample = vae.Decode(latents * (1.0 / vae.scaling_factor()));
  return (sample / 2.0 + 0.5).clamp(0.0, 1.0).to(at::kFloat);
}

}  // namespace

at::Tensor DecodeFrame(const AutoencoderKL& vae, const at::Tensor& latents) {
  return DecodeBatch(vae, latents).squeeze(0);
}

absl::Status DecodeFrames(
    const AutoencoderKL& vae, const at::Tensor& latents,
    const PipelineOptions& options, const CancellationToken& token,
    const std::function<void(int index, RgbImage frame)>& on_frame) {
  ExpectShape(latents, "latents", "1 C F h w");
  const int64_t num_frames = latents.size(2);
  const int64_t batch = std::max(options.decode_batch_frames, 1);
  for (int64_t begin = 0; begin < num_frames; begin += batch) {
    ANIMATE_RETURN_IF_ERROR(token.Check());
    const int64_t count = std::min(batch, num_frames - begin);
    const at::Tensor frames = DecodeBatch(
        vae, FoldFrames(latents.narrow(2, begin, count)));  // [n, 3, H, W]
    for (int64_t i = 0; i < count; ++i) {
      on_frame(static_cast<int>(begin + i),
               FrameImage(frames[i], options.frame_rounding));
    }
  }
  return absl::OkStatus();
}

}  // namespace animate
