#include "engine/pipeline/animation_pipeline.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/pipeline/conditioning.h"
#include "engine/pipeline/denoising_loop.h"
#include "engine/pipeline/frame_decoder.h"
#include "engine/tensor/random.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void ExpectRejected(const AnimationInput& input, const std::string& field) {
  AnimationPipeline pipeline(NanoModels(), {});
  RecordingAnimationObserver observer;
  const CancellationToken token;
  const absl::Status status = pipeline.Animate(input, token, observer);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  const std::optional<ErrorDetails> details = GetErrorDetails(status);
  ASSERT_TRUE(details.has_value()) << status;
  EXPECT_EQ(details->field_violations.at(0).field, field);
  EXPECT_THAT(observer.events, IsEmpty());
}

TEST(AnimationPipelineTest, TellsEachStageOnceInOrderAndFramesAscending) {
  AnimationPipeline pipeline(NanoModels(), {});
  RecordingAnimationObserver observer;
  const CancellationToken token;
  ASSERT_TRUE(
      pipeline.Animate(NanoInput(NanoParameters()), token, observer).ok());
  EXPECT_THAT(observer.events,
              ElementsAre("clip+", "clip-", "vae_encode+", "vae_encode-",
                          "reference+", "reference-", "pose+", "pose-",
                          "denoise+", "step 1/2", "step 2/2", "denoise-",
                          "vae_decode+", "frame 0", "frame 1", "vae_decode-"));
  for (const auto& [index, frame] : observer.frames) {
    EXPECT_EQ(frame.width, 80);
    EXPECT_EQ(frame.height, 72);
    EXPECT_EQ(frame.pixels.size(), 80u * 72 * 3);
  }
}

TEST(AnimationPipelineTest, DurationsComeFromTheClock) {
  FakeClock clock;
  AnimationPipeline pipeline(NanoModels(), {}, clock);
  RecordingAnimationObserver observer;
  observer.on_event = [&](const std::string& event) {
    if (event == "clip+" || event == "denoise+")
      clock.Advance(absl::Seconds(3));
    if (event == "step 1/2") clock.Advance(absl::Seconds(2));
  };
  const CancellationToken token(clock);
  ASSERT_TRUE(
      pipeline.Animate(NanoInput(NanoParameters()), token, observer).ok());
  ASSERT_THAT(observer.stage_durations, SizeIs(6));
  // What happens between the two events of a stage counts, no more.
  EXPECT_EQ(observer.stage_durations[1], absl::ZeroDuration());
  EXPECT_EQ(observer.stage_durations[4], absl::Seconds(2));
  EXPECT_EQ(observer.step_durations[0], absl::ZeroDuration());
}

TEST(AnimationPipelineTest, SameSeedSameFrames) {
  EXPECT_EQ(NanoFrames(NanoParameters()), NanoFrames(NanoParameters()));
}

TEST(AnimationPipelineTest, AnotherSeedAnotherPicture) {
  AnimationParameters other = NanoParameters();
  other.seed = 43;
  EXPECT_NE(NanoFrames(NanoParameters()), NanoFrames(other));
}

TEST(AnimationPipelineTest, EverySettingReachesThePicture) {
  const auto usual = NanoFrames(NanoParameters());
  AnimationParameters parameters = NanoParameters();
  parameters.num_inference_steps = 3;
  EXPECT_NE(NanoFrames(parameters), usual);
  parameters = NanoParameters();
  parameters.guidance_scale = 5.0;
  EXPECT_NE(NanoFrames(parameters), usual);
  parameters = NanoParameters();
  parameters.beta_schedule = BetaSchedule::kScaledLinear;
  EXPECT_NE(NanoFrames(parameters), usual);
  parameters = NanoParameters();
  parameters.context_frames = 1;
  EXPECT_NE(NanoFrames(parameters), usual);
  EXPECT_NE(
      NanoFrames(NanoParameters(), {.noise_recipe = NoiseRecipe::kFloat32}),
      usual);
  EXPECT_NE(
      NanoFrames(NanoParameters(), {.frame_rounding = FrameRounding::kNearest}),
      usual);
}

TEST(AnimationPipelineTest, ReferenceAndPosesReachThePicture) {
  AnimationInput input = NanoInput(NanoParameters());
  const auto run = [](const AnimationInput& changed) {
    AnimationPipeline pipeline(NanoModels(), {});
    RecordingAnimationObserver observer;
    const CancellationToken token;
    EXPECT_TRUE(pipeline.Animate(changed, token, observer).ok());
    return observer.frames;
  };
  const auto usual = run(input);
  AnimationInput swapped = input;
  std::swap(swapped.poses[0], swapped.poses[1]);
  EXPECT_NE(run(swapped), usual);
  AnimationInput other = input;
  for (uint8_t& value : other.reference.pixels) value ^= 0xff;
  EXPECT_NE(run(other), usual);
}

TEST(AnimationPipelineTest, EqualsItsPartsPutTogether) {
  const AnimationInput input = NanoInput(NanoParameters());
  const ModelBundle& models = NanoModels();
  const PipelineOptions options;
  const CancellationToken token;
  DenoisingInputs inputs;
  inputs.image_embeds = EncodeImageEmbeds(models, input.reference);
  inputs.reference_features = EncodeReferenceFeatures(
      models, EncodeReferenceLatents(models, input.reference, 80, 72),
      inputs.image_embeds, options);
  inputs.pose_features =
      EncodePoses(models, input.poses, 80, 72, options, token).value();
  inputs.latents = SeededNoise({1, 4, 2, 9, 10}, 42, NoiseRecipe::kHalfTorch20)
                       .to(at::kFloat);
  inputs.windows = {{0, 1}};
  const c10::InferenceMode inference_mode;
  const at::Tensor latents =
      Denoise(models.denoising_unet,
              DdimScheduler::Create(
                  DdimConfigOf(models.noise_scheduler, options), 2)
                  .value(),
              inputs, options, token, [](const DenoisingStep&) {})
          .value();
  std::vector<std::pair<int, RgbImage>> frames;
  ASSERT_TRUE(DecodeFrames(models.vae, latents, options, token,
                           [&](int index, RgbImage frame) {
                             frames.emplace_back(index, std::move(frame));
                           })
                  .ok());
  EXPECT_EQ(NanoFrames(NanoParameters()), frames);
}

TEST(AnimationPipelineTest, AKnownReferenceIsNotEncodedAgain) {
  AnimationPipeline pipeline(NanoModels(), {});
  const CancellationToken token;
  const auto run = [&](const AnimationInput& input) {
    RecordingAnimationObserver observer;
    EXPECT_TRUE(pipeline.Animate(input, token, observer).ok());
    EXPECT_EQ(observer.stage_durations.size(), 6u);
    return observer.frames;
  };
  const auto first = run(NanoInput(NanoParameters()));
  EXPECT_EQ(pipeline.reference_cache_stats().misses, 1);
  EXPECT_EQ(run(NanoInput(NanoParameters())), first);
  EXPECT_EQ(pipeline.reference_cache_stats().hits, 1);

  // Other poses, seed and length still find it; another picture does not.
  AnimationParameters parameters = NanoParameters();
  parameters.seed = 7;
  parameters.num_frames = 3;
  const auto other = run(NanoInput(parameters));
  EXPECT_EQ(pipeline.reference_cache_stats().hits, 2);
  EXPECT_EQ(other, NanoFrames(parameters));
  AnimationInput input = NanoInput(NanoParameters());
  for (uint8_t& value : input.reference.pixels) value ^= 0xff;
  EXPECT_NE(run(input), first);
  parameters = NanoParameters();
  parameters.guidance_scale = 1.0;
  EXPECT_EQ(run(NanoInput(parameters)), NanoFrames(parameters));
  EXPECT_EQ(pipeline.reference_cache_stats().misses, 3);
}

TEST(AnimationPipelineTest, WithoutCacheEveryReferenceIsEncoded) {
  AnimationPipeline pipeline(NanoModels(), {.reference_cache_bytes = 0});
  const CancellationToken token;
  for (int i = 0; i < 2; ++i) {
    RecordingAnimationObserver observer;
    ASSERT_TRUE(
        pipeline.Animate(NanoInput(NanoParameters()), token, observer).ok());
  }
  EXPECT_EQ(pipeline.reference_cache_stats().hits, 0);
  EXPECT_EQ(pipeline.reference_cache_stats().entries, 0);
}

TEST(AnimationPipelineTest, CancelsWithinOneStep) {
  AnimationPipeline pipeline(NanoModels(), {});
  AnimationParameters parameters = NanoParameters();
  parameters.num_inference_steps = 20;
  RecordingAnimationObserver observer;
  CancellationToken token;
  observer.on_event = [&](const std::string& event) {
    if (event == "step 2/20") token.Cancel(absl::CancelledError("enough"));
  };
  EXPECT_EQ(pipeline.Animate(NanoInput(parameters), token, observer),
            absl::CancelledError("enough"));
  EXPECT_EQ(observer.events.back(), "step 2/20");
}

TEST(AnimationPipelineTest, CancelsBetweenFrames) {
  AnimationPipeline pipeline(NanoModels(), {});
  RecordingAnimationObserver observer;
  CancellationToken token;
  observer.on_event = [&](const std::string& event) {
    if (event == "frame 0") token.Cancel(absl::CancelledError("enough"));
  };
  EXPECT_EQ(pipeline.Animate(NanoInput(NanoParameters()), token, observer),
            absl::CancelledError("enough"));
  EXPECT_THAT(observer.frames, SizeIs(1));
}

TEST(AnimationPipelineTest, CancelledBeforeItBeginsDoesNothing) {
  AnimationPipeline pipeline(NanoModels(), {});
  RecordingAnimationObserver observer;
  CancellationToken token;
  token.Cancel(absl::CancelledError("early"));
  EXPECT_EQ(pipeline.Animate(NanoInput(NanoParameters()), token, observer),
            absl::CancelledError("early"));
  EXPECT_THAT(observer.events, IsEmpty());
}

TEST(AnimationPipelineTest, StopsAtTheDeadline) {
  FakeClock clock;
  AnimationPipeline pipeline(NanoModels(), {}, clock);
  AnimationParameters parameters = NanoParameters();
  parameters.num_inference_steps = 20;
  RecordingAnimationObserver observer;
  CancellationToken token(clock);
  token.SetDeadline(clock.Monotonic() + absl::Seconds(30));
  observer.on_event = [&](const std::string&) {
    clock.Advance(absl::Seconds(2));
  };
  const absl::Status status =
      pipeline.Animate(NanoInput(parameters), token, observer);
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  // Nine events before the first step, two seconds each.
  EXPECT_EQ(observer.events.back(), "step 6/20");
}

TEST(AnimationPipelineTest, IsReadyAgainAfterAnError) {
  AnimationPipeline pipeline(NanoModels(), {});
  RecordingAnimationObserver observer;
  CancellationToken cancelled;
  cancelled.Cancel(absl::CancelledError("early"));
  EXPECT_FALSE(
      pipeline.Animate(NanoInput(NanoParameters()), cancelled, observer).ok());
  const CancellationToken token;
  EXPECT_TRUE(
      pipeline.Animate(NanoInput(NanoParameters()), token, observer).ok());
  EXPECT_EQ(observer.frames, NanoFrames(NanoParameters()));
}

TEST(AnimationPipelineTest, RejectsInputsThatDoNotFitTheModel) {
  AnimationInput input = NanoInput(NanoParameters());
  input.poses.pop_back();
  ExpectRejected(input, "pose");
  input = NanoInput(NanoParameters());
  input.poses[1] = RgbImage();
  ExpectRejected(input, "pose");
  input = NanoInput(NanoParameters());
  input.reference = RgbImage();
  ExpectRejected(input, "reference");
  AnimationParameters parameters = NanoParameters();
  parameters.context_frames = 25;  // this model has 24 positions
  ExpectRejected(NanoInput(parameters), "spec.sampler.context_frames");
}

TEST(AnimationPipelineTest, RejectsSizesBelowTheModelsMultiple) {
  AnimationParameters parameters = NanoParameters();
  parameters.width = 84;
  Limits limits;
  limits.size_multiple = 4;
  AnimationInput input = NanoInput(NanoParameters());
  input.spec = AnimationSpec::Create(parameters, limits).value();
  ExpectRejected(input, "spec.width");
}

TEST(AnimationPipelineTest, ShortWindowsLowerTheDefaultOverlap) {
  AnimationParameters parameters = NanoParameters();
  parameters.num_frames = 3;
  parameters.context_frames = 2;
  EXPECT_THAT(NanoFrames(parameters), SizeIs(3));
}

TEST(AnimationPipelineTest, LeavesTheThreadAsItFoundIt) {
  NanoFrames(NanoParameters());
  EXPECT_TRUE(c10::GradMode::is_enabled());
}

TEST(DdimConfigOfTest, TakesEveryWordOfTheConfiguration) {
  NoiseSchedulerConfig config;
  const DdimConfig usual = DdimConfigOf(config, {});
  EXPECT_EQ(usual.noise_schedule.beta_curve, BetaCurve::kLinear);
  EXPECT_EQ(usual.timestep_spacing, TimestepSpacing::kTrailing);
  EXPECT_EQ(usual.prediction_type, PredictionType::kVPrediction);
  EXPECT_FALSE(usual.keep_negative_timestep);

  config.num_train_timesteps = 500;
  config.beta_start = 0.1;
  config.beta_end = 0.2;
  config.beta_schedule = "scaled_linear";
  config.rescale_betas_zero_snr = false;
  config.timestep_spacing = "leading";
  config.steps_offset = 3;
  config.prediction_type = "epsilon";
  config.clip_sample = true;
  const DdimConfig other =
      DdimConfigOf(config, {.keep_negative_timestep = true});
  EXPECT_EQ(other.noise_schedule.num_train_timesteps, 500);
  EXPECT_EQ(other.noise_schedule.beta_start, 0.1);
  EXPECT_EQ(other.noise_schedule.beta_end, 0.2);
  EXPECT_EQ(other.noise_schedule.beta_curve, BetaCurve::kScaledLinear);
  EXPECT_FALSE(other.noise_schedule.rescale_betas_zero_snr);
  EXPECT_EQ(other.timestep_spacing, TimestepSpacing::kLeading);
  EXPECT_EQ(other.steps_offset, 3);
  EXPECT_EQ(other.prediction_type, PredictionType::kEpsilon);
  EXPECT_TRUE(other.clip_sample);
  EXPECT_TRUE(other.keep_negative_timestep);

  config.timestep_spacing = "linspace";
  config.prediction_type = "sample";
  EXPECT_EQ(DdimConfigOf(config, {}).timestep_spacing,
            TimestepSpacing::kLinspace);
  EXPECT_EQ(DdimConfigOf(config, {}).prediction_type, PredictionType::kSample);
}

}  // namespace
}  // namespace animate
