// How visible the borders of windows are under each ContextSchedule. The clip
// is one that should stand still: the same noise and the same pose for every
// frame, so that whatever differs between neighbours comes from the windows.
// Prints the figures of docs/models.md.
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "engine/pipeline/animation_pipeline.h"
#include "engine/pipeline/conditioning.h"
#include "engine/pipeline/context_plan.h"
#include "engine/pipeline/denoising_loop.h"
#include "engine/tensor/random.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

constexpr int kFrames = 21;
constexpr int kSteps = 2;
constexpr int kContextFrames = 8;

struct Seams {
  size_t windows = 0;
  double border = 0.0;  // rms difference of neighbours seen by other windows
  double inside = 0.0;  // and of neighbours seen by the same ones
  double worst = 0.0;   // the largest of all neighbours
  double ends = 0.0;    // of the first frame and the last
};

AnimationParameters StillClip(ContextSchedule schedule) {
  AnimationParameters parameters = NanoParameters();
  parameters.num_frames = kFrames;
  parameters.num_inference_steps = kSteps;
  parameters.context_frames = kContextFrames;
  parameters.context_schedule = schedule;
  return parameters;
}

at::Tensor StillLatents(const ContextPlan& plan) {
  const ModelBundle& models = NanoModels();
  DenoisingInputs inputs;
  inputs.image_embeds = EncodeImageEmbeds(models, NanoReference());
  inputs.reference_features = EncodeReferenceFeatures(
      models, EncodeReferenceLatents(models, NanoReference(), 80, 72),
      inputs.image_embeds, {});
  inputs.pose_features =
      EncodePoses(models, {NanoPoses()[0]}, 80, 72, {}, CancellationToken())
          .value()
          .expand({-1, -1, kFrames, -1, -1});
  inputs.latents = SeededNoise({1, 4, 1, 9, 10}, 1, NoiseRecipe::kHalfTorch20)
                       .to(at::kFloat)
                       .expand({-1, -1, kFrames, -1, -1});
  inputs.windows = plan.windows;
  inputs.window_weights = plan.weights;
  return Denoise(NanoModels().denoising_unet,
                 DdimScheduler::Create(
                     DdimConfigOf(NanoModels().noise_scheduler, {}), kSteps)
                     .value(),
                 inputs, {}, CancellationToken(), [](const DenoisingStep&) {})
      .value();
}

double RmsDifference(const at::Tensor& latents, int64_t a, int64_t b) {
  return (latents.select(2, a) - latents.select(2, b))
      .square()
      .mean()
      .sqrt()
      .item<double>();
}

Seams MeasureSeams(ContextSchedule schedule) {
  const c10::InferenceMode inference_mode;
  ModelInfo info = NanoModels().info;
  info.context_overlap = 2;
  const ContextPlan plan =
      MakeContextPlan(StillClip(schedule), info, {}).value();
  std::map<int, std::set<size_t>> seen_by;
  for (size_t w = 0; w < plan.windows.size(); ++w) {
    for (const int frame : plan.windows[w]) seen_by[frame].insert(w);
  }
  const at::Tensor latents = StillLatents(plan);
  Seams seams = {.windows = plan.windows.size()};
  int borders = 0;
  for (int frame = 0; frame + 1 < kFrames; ++frame) {
    const double difference = RmsDifference(latents, frame, frame + 1);
    const bool border = seen_by[frame] != seen_by[frame + 1];
    (border ? seams.border : seams.inside) += difference;
    borders += border ? 1 : 0;
    seams.worst = std::max(seams.worst, difference);
  }
  seams.border /= borders;
  seams.inside /= kFrames - 1 - borders;
  seams.ends = RmsDifference(latents, 0, kFrames - 1);
  return seams;
}

TEST(SeamsTest, CrossFadingHidesTheBordersOfWindows) {
  std::map<ContextSchedule, Seams> seams;
  for (const auto& [schedule, name] :
       {std::pair{ContextSchedule::kClosed, "closed"},
        std::pair{ContextSchedule::kOpen, "open"},
        std::pair{ContextSchedule::kEdge, "edge"}}) {
    seams[schedule] = MeasureSeams(schedule);
    const Seams& s = seams[schedule];
    std::cout << absl::StrFormat(
        "%-6s  %d windows  border %.5f  inside %.5f  ratio %.2f  worst %.5f  "
        "ends %.5f\n",
        name, s.windows, s.border, s.inside, s.border / s.inside, s.worst,
        s.ends);
  }
  const Seams& closed = seams[ContextSchedule::kClosed];
  const Seams& open = seams[ContextSchedule::kOpen];
  const Seams& edge = seams[ContextSchedule::kEdge];
  EXPECT_LT(edge.border, 0.85 * open.border);
  EXPECT_LT(edge.border, 0.85 * closed.border);
  EXPECT_LT(edge.worst, 0.85 * open.worst);
  EXPECT_LT(edge.border / edge.inside, 1.2) << "hardly seen";
  EXPECT_LT(closed.ends, 0.5 * open.ends) << "both ends pulled together";
  EXPECT_LE(open.windows, closed.windows);
}

}  // namespace
}  // namespace animate
