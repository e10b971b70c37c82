#include "engine/pipeline/denoising_loop.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/stack.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/pipeline/animation_pipeline.h"
#include "engine/pipeline/conditioning.h"
#include "tests/support/golden.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Everything up to the denoising of the recorded runs, from their pictures.
DenoisingInputs GoldenInputs(const at::Tensor& latents) {
  const c10::InferenceMode inference_mode;
  const ModelBundle& models = NanoModels();
  DenoisingInputs inputs;
  inputs.latents = latents;
  inputs.image_embeds = EncodeImageEmbeds(models, NanoReference());
  inputs.reference_features = EncodeReferenceFeatures(
      models, EncodeReferenceLatents(models, NanoReference(), 80, 72),
      inputs.image_embeds, {});
  std::vector<RgbImage> poses = NanoPoses();
  poses.resize(static_cast<size_t>(latents.size(2)));
  inputs.pose_features =
      EncodePoses(models, poses, 80, 72, {}, CancellationToken()).value();
  inputs.windows =
      UniformContextWindows({.num_frames = static_cast<int>(latents.size(2)),
                             .context_frames = 8,
                             .context_overlap = 2});
  return inputs;
}

struct DenoisingRun {
  absl::StatusOr<at::Tensor> latents;
  std::vector<DenoisingStep> steps;
};

DenoisingRun RunSteps(const DenoisingInputs& inputs, int num_steps,
                      const PipelineOptions& options = {},
                      const CancellationToken& token = CancellationToken()) {
  const c10::InferenceMode inference_mode;
  DenoisingRun run = {absl::UnknownError("not run"), {}};
  run.latents = Denoise(
      NanoModels().denoising_unet,
      DdimScheduler::Create(DdimConfigOf(NanoModels().noise_scheduler, options),
                            num_steps)
          .value(),
      inputs, options, token,
      [&](const DenoisingStep& step) { run.steps.push_back(step); });
  return run;
}

// Holds the run to a third of the recorded tolerance: rounding the reference
// features to half, which the recorded runs do, moves it by more.
void ExpectMatches(Golden& golden, const std::string& file,
                   const DenoisingRun& run) {
  ASSERT_TRUE(run.latents.ok()) << run.latents.status();
  std::vector<at::Tensor> noise_preds;
  std::vector<at::Tensor> latents;
  for (const DenoisingStep& step : run.steps) {
    noise_preds.push_back(step.noise_pred);
    latents.push_back(step.latents);
  }
  const auto tight = [&](const char* key) {
    GoldenTensor tensor = golden.Out(file, key);
    tensor.tolerance.rms = std::max(tensor.tolerance.rms / 3, 3e-5);
    return tensor;
  };
  EXPECT_TRUE(Matches(at::stack(noise_preds), tight("noise_pred")));
  EXPECT_TRUE(Matches(at::stack(latents), tight("step_latents")));
  EXPECT_TRUE(Matches(*run.latents, tight("final_latents")));
}

TEST(DenoiseTest, MatchesTheReferenceOverWrappingWindows) {
  const std::unique_ptr<Golden> golden = Golden::Open("nano");
  if (golden == nullptr) GTEST_SKIP() << "no golden data";
  ExpectMatches(
      *golden, "pipeline_windows",
      RunSteps(GoldenInputs(golden->In("pipeline_windows", "in.latents")), 4));
}

TEST(DenoiseTest, MatchesTheReferenceWhereTheLastStepKeepsNoise) {
  const std::unique_ptr<Golden> golden = Golden::Open("nano");
  if (golden == nullptr) GTEST_SKIP() << "no golden data";
  ExpectMatches(
      *golden, "pipeline_steps_15",
      RunSteps(GoldenInputs(golden->In("pipeline_steps_15", "in.latents")),
               15));
}

TEST(DenoiseTest, MatchesTheReferencesDivisionBugOnRequest) {
  const std::unique_ptr<Golden> golden = Golden::Open("nano");
  if (golden == nullptr) GTEST_SKIP() << "no golden data";
  const std::string file = "pipeline_no_guidance_windows";
  DenoisingInputs inputs = GoldenInputs(golden->In(file, "in.latents"));
  inputs.guidance_scale = 1.0;
  ExpectMatches(
      *golden, file,
      RunSteps(inputs, 4, {.skip_window_average_without_guidance = true}));
  // And not otherwise: the first prediction is then an average.
  const DenoisingRun fixed = RunSteps(inputs, 4);
  const at::Tensor recorded = golden->Out(file, "noise_pred").value[0];
  const at::Tensor once = recorded.narrow(2, 5, 1);  // in one window only
  const at::Tensor twice = recorded.narrow(2, 0, 1);
  EXPECT_TRUE(at::allclose(fixed.steps[0].noise_pred.narrow(2, 5, 1), once,
                           1e-3, 1e-3));
  EXPECT_TRUE(at::allclose(fixed.steps[0].noise_pred.narrow(2, 0, 1), twice / 2,
                           1e-3, 1e-3));
}

class DenoiseLoopTest : public ::testing::Test {
 protected:
  DenoiseLoopTest() {
    const c10::InferenceMode inference_mode;
    const std::unique_ptr<Golden> golden = Golden::Open("nano");
    inputs_ = GoldenInputs(golden->In("pipeline_steps_15", "in.latents"));
  }
  DenoisingInputs inputs_;
};

TEST_F(DenoiseLoopTest, ReportsEachStepInOrder) {
  const DenoisingRun run = RunSteps(inputs_, 4);
  std::vector<std::pair<int, int>> steps;
  for (const DenoisingStep& step : run.steps) {
    steps.emplace_back(step.index, step.timestep);
  }
  using P = std::pair<int, int>;
  EXPECT_THAT(steps, ElementsAre(P{0, 999}, P{1, 749}, P{2, 499}, P{3, 249}));
  EXPECT_TRUE(at::equal(run.steps.back().latents, *run.latents));
}

TEST_F(DenoiseLoopTest, AWindowTwiceIsAveragedAway) {
  const DenoisingRun once = RunSteps(inputs_, 2);
  inputs_.windows.push_back(inputs_.windows.front());
  const DenoisingRun twice = RunSteps(inputs_, 2);
  EXPECT_TRUE(at::allclose(*once.latents, *twice.latents, 1e-5, 1e-5));
}

TEST_F(DenoiseLoopTest, GuidanceOneIsTheConditionalRow) {
  inputs_.guidance_scale = 1.0;
  const at::Tensor alone = RunSteps(inputs_, 1).steps[0].noise_pred;
  inputs_.guidance_scale = 1.0 + 1e-9;
  const at::Tensor guided = RunSteps(inputs_, 1).steps[0].noise_pred;
  EXPECT_TRUE(at::allclose(alone, guided, 1e-4, 1e-5));
}

TEST_F(DenoiseLoopTest, TheUnconditionalRowNeverSeesTheReference) {
  // Guidance 2 is 2 c - u; with features of another picture only c may move.
  inputs_.guidance_scale = 2.0;
  const at::Tensor before = RunSteps(inputs_, 1).steps[0].noise_pred;
  inputs_.guidance_scale = 1.0;
  const at::Tensor cond_before = RunSteps(inputs_, 1).steps[0].noise_pred;
  for (ReferenceFeatures::Block& block : inputs_.reference_features.blocks) {
    block.tokens = -block.tokens;
  }
  const at::Tensor cond_after = RunSteps(inputs_, 1).steps[0].noise_pred;
  inputs_.guidance_scale = 2.0;
  const at::Tensor after = RunSteps(inputs_, 1).steps[0].noise_pred;
  EXPECT_FALSE(at::allclose(cond_before, cond_after, 1e-3, 1e-3));
  EXPECT_TRUE(at::allclose(after - before, (cond_after - cond_before) * 2.0,
                           1e-3, 1e-4));
}

TEST_F(DenoiseLoopTest, PollsTheTokenBeforeEveryWindow) {
  CancellationToken token;
  token.Cancel(absl::CancelledError("stop"));
  const DenoisingRun run = RunSteps(inputs_, 4, {}, token);
  EXPECT_EQ(run.latents.status(), absl::CancelledError("stop"));
  EXPECT_TRUE(run.steps.empty());
}

// Nine frames in windows of four: the first three become final with the first
// window, two more with the second.
class DenoiseWindowsTest : public ::testing::Test {
 protected:
  DenoiseWindowsTest() {
    const c10::InferenceMode inference_mode;
    const std::unique_ptr<Golden> golden = Golden::Open("nano");
    inputs_ = GoldenInputs(golden->In("pipeline_windows", "in.latents"));
    inputs_.windows = {{0, 1, 2, 3}, {3, 4, 5, 6}, {5, 6, 7, 8}};
  }

  // As RunSteps, with a receiver of final latents.
  absl::StatusOr<at::Tensor> Stream(int num_steps,
                                    const CancellationToken& token,
                                    const FinalLatentsObserver& on_final) {
    const c10::InferenceMode inference_mode;
    steps_ = 0;
    return Denoise(
        NanoModels().denoising_unet,
        DdimScheduler::Create(DdimConfigOf(NanoModels().noise_scheduler, {}),
                              num_steps)
            .value(),
        inputs_, {}, token, [&](const DenoisingStep&) { ++steps_; }, on_final);
  }

  DenoisingInputs inputs_;
  int steps_ = 0;
};

TEST_F(DenoiseWindowsTest, WindowsInOneBatchDifferByRoundingOnly) {
  const at::Tensor alone = *RunSteps(inputs_, 4).latents;
  const at::Tensor together =
      *RunSteps(inputs_, 4, {.windows_per_batch = 2}).latents;
  EXPECT_TRUE(at::allclose(alone, together, 1e-4, 1e-4));
}

TEST_F(DenoiseWindowsTest, SharingWhatWindowsHaveInCommonChangesNothing) {
  const at::Tensor shared = *RunSteps(inputs_, 4).latents;
  const at::Tensor apart =
      *RunSteps(inputs_, 4, {.share_window_overlap = false}).latents;
  EXPECT_TRUE(at::allclose(shared, apart, 1e-4, 1e-4));
}

TEST_F(DenoiseWindowsTest, WeightsDecideBetweenWindows) {
  // All weight on the first window of two that see the same frames in another
  // order, then on the second: two different clips, and the half is between.
  ContextWindow backwards = inputs_.windows.front();
  std::reverse(backwards.begin(), backwards.end());
  const size_t length = backwards.size();
  inputs_.latents = inputs_.latents.narrow(2, 0, static_cast<int64_t>(length));
  inputs_.pose_features =
      inputs_.pose_features.narrow(2, 0, static_cast<int64_t>(length));
  inputs_.windows = {inputs_.windows.front(), backwards};
  const auto predict = [&](float first) {
    inputs_.window_weights = {std::vector<float>(length, first),
                              std::vector<float>(length, 1.0f - first)};
    return RunSteps(inputs_, 1).steps[0].noise_pred;
  };
  const at::Tensor forwards_only = predict(1.0f);
  const at::Tensor backwards_only = predict(0.0f);
  EXPECT_FALSE(at::allclose(forwards_only, backwards_only, 1e-3, 1e-3));
  EXPECT_TRUE(at::allclose(predict(0.25f),
                           forwards_only * 0.25 + backwards_only * 0.75, 1e-4,
                           1e-4));
}

TEST_F(DenoiseWindowsTest, FramesLeaveWhenNoLaterWindowHoldsThem) {
  std::vector<std::pair<int, int64_t>> announced;
  std::vector<at::Tensor> parts;
  const at::Tensor latents =
      *Stream(2, CancellationToken(), [&](int first, const at::Tensor& part) {
        EXPECT_EQ(steps_, 1) << "in the last step only";
        announced.emplace_back(first, part.size(2));
        parts.push_back(part);
        return absl::OkStatus();
      });
  using P = std::pair<int, int64_t>;
  EXPECT_THAT(announced, ElementsAre(P{0, 3}, P{3, 2}));
  const c10::InferenceMode inference_mode;
  EXPECT_TRUE(at::equal(at::cat(parts, 2), latents.narrow(2, 0, 5)));
  EXPECT_TRUE(at::allclose(latents, *RunSteps(inputs_, 2).latents, 1e-6, 1e-6));
}

TEST_F(DenoiseWindowsTest, AnErrorOfTheReceiverEndsTheRun) {
  EXPECT_EQ(Stream(1, CancellationToken(),
                   [](int, const at::Tensor&) {
                     return absl::CancelledError("enough");
                   })
                .status(),
            absl::CancelledError("enough"));
  EXPECT_EQ(steps_, 0);
}

TEST_F(DenoiseWindowsTest, PollsTheTokenBetweenWindows) {
  CancellationToken token;
  int announcements = 0;
  EXPECT_EQ(Stream(1, token,
                   [&](int, const at::Tensor&) {
                     ++announcements;
                     token.Cancel(absl::CancelledError("stop"));
                     return absl::OkStatus();
                   })
                .status(),
            absl::CancelledError("stop"));
  EXPECT_EQ(announcements, 1);
}

TEST_F(DenoiseLoopTest, PreparedConditionsAreWhatTheyWereMadeOf) {
  const at::Tensor usual = *RunSteps(inputs_, 2).latents;
  {
    const c10::InferenceMode inference_mode;
    inputs_.conditioning =
        PrepareConditioning(NanoModels().denoising_unet, inputs_.image_embeds,
                            inputs_.reference_features, true);
  }
  inputs_.image_embeds = at::Tensor();
  inputs_.reference_features = {};
  EXPECT_TRUE(at::equal(*RunSteps(inputs_, 2).latents, usual));
}

TEST_F(DenoiseLoopTest, LatentsStaySinglePrecisionAndReturnAsTheyCame) {
  inputs_.latents = inputs_.latents.to(at::kHalf);
  const DenoisingRun run = RunSteps(inputs_, 2);
  EXPECT_EQ(run.steps[0].latents.scalar_type(), at::kFloat);
  EXPECT_EQ(run.latents->scalar_type(), at::kHalf);
}

TEST_F(DenoiseWindowsTest, RefusesFramesWithoutWindowOrWeight) {
  const std::vector<ContextWindow> all = inputs_.windows;
  inputs_.windows = {{0, 1, 2, 3}};
  EXPECT_THROW(RunSteps(inputs_, 1), c10::Error);
  inputs_.windows = all;
  inputs_.windows.push_back({8, 9});
  EXPECT_THROW(RunSteps(inputs_, 1), c10::Error);
  inputs_.windows = all;
  inputs_.window_weights = {{1.0f}};
  EXPECT_THROW(RunSteps(inputs_, 1), c10::Error);
  inputs_.window_weights = {{1.0f}, {1.0f}, {1.0f}};
  EXPECT_THROW(RunSteps(inputs_, 1), c10::Error);
}

TEST_F(DenoiseLoopTest, ValuesThatAreNotFiniteAreAnError) {
  inputs_.latents =
      at::full_like(inputs_.latents, std::numeric_limits<float>::quiet_NaN());
  const DenoisingRun run = RunSteps(inputs_, 1);
  EXPECT_EQ(run.latents.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(run.latents.status().message()),
              HasSubstr("not finite"));
  EXPECT_EQ(GetErrorReason(run.latents.status()), "NAN_OUTPUT");
}

}  // namespace
}  // namespace animate
