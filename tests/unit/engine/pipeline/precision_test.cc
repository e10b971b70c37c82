// What narrower types cost: latents and frames of the recorded clip, computed
// in bfloat16 and float16, against the reference's float32. Prints the figures
// of docs/models.md.
#include <ATen/TensorOperators.h>
#include <ATen/ops/stack.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <memory>
#include <vector>

#include "absl/strings/str_format.h"
#include "engine/pipeline/animation_pipeline.h"
#include "engine/pipeline/conditioning.h"
#include "engine/pipeline/denoising_loop.h"
#include "engine/pipeline/frame_decoder.h"
#include "tests/support/golden.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

constexpr char kClip[] = "pipeline_windows";

struct PsnrOf {
  double latents = 0.0;  // decibels; of the recorded latents' own range
  double frames = 0.0;   // decibels; of [0, 1]
};

double Psnr(const at::Tensor& got, const at::Tensor& want, double range) {
  const double mse = (got.to(at::kDouble) - want.to(at::kDouble))
                         .square()
                         .mean()
                         .item<double>();
  return 10.0 * std::log10(range * range / mse);
}

// Runs the recorded clip, from its pictures and noise, with networks of
// `dtype`.
PsnrOf Measure(Golden& golden, at::ScalarType dtype) {
  const c10::InferenceMode inference_mode;
  const ModelBundle models =
      LoadModelBundle(NanoModelFolder(), {.dtype = dtype}).value();
  DenoisingInputs inputs;
  inputs.image_embeds = EncodeImageEmbeds(models, NanoReference());
  inputs.reference_features = EncodeReferenceFeatures(
      models, EncodeReferenceLatents(models, NanoReference(), 80, 72),
      inputs.image_embeds, {});
  inputs.pose_features =
      EncodePoses(models, NanoPoses(), 80, 72, {}, CancellationToken()).value();
  inputs.latents = golden.In(kClip, "in.latents");
  inputs.windows = UniformContextWindows(
      {.num_frames = 9, .context_frames = 8, .context_overlap = 2});
  const at::Tensor latents =
      Denoise(models.denoising_unet,
              DdimScheduler::Create(DdimConfigOf(models.noise_scheduler, {}), 4)
                  .value(),
              inputs, {}, CancellationToken(), [](const DenoisingStep&) {})
          .value();
  std::vector<at::Tensor> frames;
  for (int64_t i = 0; i < latents.size(2); ++i) {
    frames.push_back(DecodeFrame(models.vae, latents.select(2, i).to(dtype)));
  }
  const at::Tensor want = golden.Out(kClip, "final_latents").value;
  const double range = want.max().item<double>() - want.min().item<double>();
  return {.latents = Psnr(latents, want, range),
          .frames = Psnr(at::stack(frames, 1).unsqueeze(0),
                         golden.Out(kClip, "frames").value, 1.0)};
}

void Print(const char* dtype, const PsnrOf& psnr) {
  std::cout << absl::StrFormat("%-8s  latents %.1f dB  frames %.1f dB\n", dtype,
                               psnr.latents, psnr.frames);
}

TEST(PrecisionTest, Bfloat16StaysNearTheReferenceInFloat32) {
  const std::unique_ptr<Golden> golden = Golden::Open("nano");
  if (golden == nullptr) GTEST_SKIP() << "no golden data";
  const PsnrOf psnr = Measure(*golden, at::kBFloat16);
  Print("bfloat16", psnr);
  EXPECT_GT(psnr.latents, 36.0);
  EXPECT_GT(psnr.frames, 33.0);
}

TEST(PrecisionTest, Float16StaysNearerStill) {
  const std::unique_ptr<Golden> golden = Golden::Open("nano");
  if (golden == nullptr) GTEST_SKIP() << "no golden data";
  const PsnrOf psnr = Measure(*golden, at::kHalf);
  Print("float16", psnr);
  EXPECT_GT(psnr.latents, 54.0);
  EXPECT_GT(psnr.frames, 50.0);
}

}  // namespace
}  // namespace animate
