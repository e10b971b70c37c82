#include "engine/pipeline/frame_decoder.h"

#include <ATen/TensorOperators.h>

#include <cstdint>

#include "engine/base/status_macros.h"
#include "engine/pipeline/image_tensor.h"
#include "engine/tensor/shape.h"

namespace animate {

at::Tensor DecodeFrame(const AutoencoderKL& vae, const at::Tensor& latents) {
  const at::Tensor sample = vae.Decode(latents * (1.0 / vae.scaling_factor()));
  return (sample / 2.0 + 0.5).clamp(0.0, 1.0).squeeze(0).to(at::kFloat);
}

absl::Status DecodeFrames(
    const AutoencoderKL& vae, const at::Tensor& latents,
    const PipelineOptions& options, const CancellationToken& token,
    const std::function<void(int index, RgbImage frame)>& on_frame) {
  ExpectShape(latents, "latents", "1 C F h w");
  for (int64_t frame = 0; frame < latents.size(2); ++frame) {
    ANIMATE_RETURN_IF_ERROR(token.Check());
    on_frame(static_cast<int>(frame),
             FrameImage(DecodeFrame(vae, latents.select(2, frame)),
                        options.frame_rounding));
  }
  return absl::OkStatus();
}

}  // namespace animate
