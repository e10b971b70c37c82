#include "engine/training/vae_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <utility>

#include "absl/strings/match.h"
#include "engine/training/adamw.h"
#include "engine/training/vae_growth.h"
#include "engine/training/vae_latents.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/vae_testing.h"

namespace animate {
namespace {

std::unique_ptr<VaeTask> MakeTask(VaeTaskOptions options,
                                  VaePredictions predictions = nullptr) {
  absl::StatusOr<std::unique_ptr<VaeTask>> task = VaeTask::Create(
      std::move(options), {BoxClip(1), BoxClip(2)}, std::move(predictions));
  EXPECT_TRUE(task.ok()) << task.status();
  return *std::move(task);
}

TaskLoss LossOn(VaeTask& task, const std::vector<TrainingClip>& batch) {
  absl::StatusOr<TaskLoss> loss = task.Loss(batch);
  EXPECT_TRUE(loss.ok()) << loss.status();
  return *std::move(loss);
}

double Value(const TaskLoss& loss) { return loss.loss.item<double>(); }

// Trains on `clip` and returns the loss of the last step.
double Overfit(VaeTask& task, const TrainingClip& clip, int steps) {
  AdamW optimiser(task.trained(), {.beta2 = 0.98, .weight_decay = 1e-3});
  double last = 0;
  for (int step = 0; step < steps; ++step) {
    for (const auto& [key, leaf] : task.trained()) {
      leaf.mutable_grad().reset();
    }
    const TaskLoss loss = LossOn(task, {clip});
    loss.loss.backward();
    optimiser.Step(step < steps * 3 / 4 ? 4e-3 : 1e-3);
    last = Value(loss);
  }
  return last;
}

// A folder with a TinyVae that knows nothing yet, of scaling_factor 0.5.
std::string UntrainedVae(const TemporaryFolder& place) {
  VaeModel model = NewVae(TinyVae(), -6, 9);
  model.config.scaling_factor = 0.5;
  EXPECT_TRUE(WriteVae(place / "untrained", model).ok());
  return place / "untrained";
}

VaeTaskOptions DecoderOptions(const TemporaryFolder& place) {
  VaeTaskOptions options = TinyVaeOptions();
  options.init_folder = UntrainedVae(place);
  options.trained_part = VaeTrainedPart::kDecoder;
  return options;
}

TEST(VaeTaskTest, LearnsOneClipFromScratch) {
  const std::unique_ptr<VaeTask> task = MakeTask(TinyVaeOptions());
  const TrainingClip clip = BoxClip(3);
  const double before = Value(LossOn(*task, {clip}));
  EXPECT_GT(before, 0.8);
  EXPECT_LT(Overfit(*task, clip, 200), 0.25);
  EXPECT_GT(LossOn(*task, {clip}).details.at("psnr"), 22);
}

TEST(VaeTaskTest, AGrownNetworkLearnsFasterThanANewOne) {
  const TemporaryFolder place;
  const TrainingClip clip = BoxClip(3);
  const std::unique_ptr<VaeTask> shallow = MakeTask(TinyVaeOptions());
  Overfit(*shallow, clip, 150);
  ASSERT_TRUE(shallow->WriteModel(place / "shallow", shallow->trained()).ok());

  VaeTaskOptions options = TinyVaeOptions();
  options.config.block_out_channels.push_back(16);
  options.config.latent_channels = 8;
  const std::unique_ptr<VaeTask> scratch = MakeTask(options);
  options.grow_from = place / "shallow";
  const std::unique_ptr<VaeTask> grown = MakeTask(options);
  EXPECT_LT(Overfit(*grown, clip, 40), 0.8 * Overfit(*scratch, clip, 40));
}

TEST(VaeTaskTest, DrawsNothingButFromTheSeedsOfTheClips) {
  VaeTaskOptions options = TinyVaeOptions();
  options.crop_width = 16;
  options.crop_height = 16;
  const std::unique_ptr<VaeTask> task = MakeTask(options);
  const double first = Value(LossOn(*task, {BoxClip(5)}));
  EXPECT_EQ(Value(LossOn(*task, {BoxClip(5)})), first);
  TrainingClip other = BoxClip(5);
  other.seed = 6;
  EXPECT_NE(Value(LossOn(*task, {other})), first);
}

TEST(VaeTaskTest, TheLossOfTwoBatchesIsTheirMean) {
  const std::unique_ptr<VaeTask> task = MakeTask(TinyVaeOptions());
  const double both = Value(LossOn(*task, {BoxClip(5), BoxClip(6)}));
  const double one = Value(LossOn(*task, {BoxClip(5)}));
  const double two = Value(LossOn(*task, {BoxClip(6)}));
  EXPECT_NEAR(both, (one + two) / 2, 1e-5);
}

TEST(VaeTaskTest, DivergenceCountsByItsWeight) {
  VaeTaskOptions options = TinyVaeOptions();
  options.kl_weight = 0;
  const TaskLoss without = LossOn(*MakeTask(options), {BoxClip(5)});
  options.kl_weight = 2;
  const TaskLoss with = LossOn(*MakeTask(options), {BoxClip(5)});
  EXPECT_GT(with.details.at("kl"), 0.5);
  EXPECT_NEAR(Value(with) - Value(without), 2 * with.details.at("kl"), 1e-3);
}

TEST(VaeTaskTest, EveryTrainedTensorGetsAGradient) {
  const std::unique_ptr<VaeTask> task = MakeTask(TinyVaeOptions());
  LossOn(*task, {BoxClip(5)}).loss.backward();
  for (const auto& [key, leaf] : task->trained()) {
    EXPECT_TRUE(leaf.grad().defined()) << key;
    EXPECT_TRUE(absl::StartsWith(key, "vae.")) << key;
  }
}

TEST(VaeTaskTest, TheDecoderAloneLeavesTheEncoderByteForByte) {
  const TemporaryFolder place;
  VaeTaskOptions options = DecoderOptions(place);
  options.latent_noise = 0.05;
  const std::unique_ptr<VaeTask> task = MakeTask(options);
  for (const auto& [key, leaf] : task->trained()) {
    EXPECT_TRUE(absl::StartsWith(key, "vae.decoder.") ||
                absl::StartsWith(key, "vae.post_quant_conv."))
        << key;
  }
  const double before = Value(LossOn(*task, {BoxClip(3)}));
  EXPECT_LT(Overfit(*task, BoxClip(3), 30), 0.7 * before);
  ASSERT_TRUE(task->WriteModel(place / "tuned", task->trained()).ok());

  const VaeModel untrained = *ReadVae(place / "untrained");
  const VaeModel tuned = *ReadVae(place / "tuned");
  EXPECT_EQ(tuned.config.scaling_factor, 0.5);
  for (const auto& [key, tensor] : untrained.weights) {
    const bool encodes = absl::StartsWith(key, "encoder.") ||
                         absl::StartsWith(key, "quant_conv.");
    if (encodes) {
      EXPECT_TRUE(at::equal(tuned.weights.at(key), tensor)) << key;
    }
  }
  EXPECT_FALSE(at::equal(tuned.weights.at("decoder.conv_in.weight"),
                         untrained.weights.at("decoder.conv_in.weight")));
}

TEST(VaeTaskTest, NoiseOnTheLatentsChangesWhatTheDecoderSees) {
  const TemporaryFolder place;
  VaeTaskOptions options = DecoderOptions(place);
  const double still = Value(LossOn(*MakeTask(options), {BoxClip(5)}));
  options.latent_noise = 0.5;
  EXPECT_NE(Value(LossOn(*MakeTask(options), {BoxClip(5)})), still);
}

TEST(VaeTaskTest, DecodesWhatAUnetPredictsForAPartOfTheClips) {
  const TemporaryFolder place;
  VaeTaskOptions options = DecoderOptions(place);
  options.predicted_fraction = 0.5;
  options.crop_width = 16;
  options.crop_height = 16;
  int asked = 0;
  const std::unique_ptr<VaeTask> task =
      MakeTask(options, [&asked](const TrainingClip& clip) -> at::Tensor {
        ++asked;
        return at::zeros({static_cast<int64_t>(clip.frames.size()), 4, 12, 8},
                         at::kFloat);
      });
  for (uint64_t seed = 0; seed < 40; ++seed) {
    LossOn(*task, {BoxClip(seed, 2)});
  }
  EXPECT_GT(asked, 10);
  EXPECT_LT(asked, 30);
}

TEST(VaeTaskTest, PredictionsAreInTheUnitsOfTheUnets) {
  const TemporaryFolder place;
  VaeTaskOptions options = DecoderOptions(place);
  // The frame's own latents, as a UNet would give them, instead of encoding.
  const VaeModel model = *ReadVae(options.init_folder);
  Parameters parameters(model.weights);
  const AutoencoderKL vae(Scope(parameters), model.config);
  const auto own = [&vae](const TrainingClip& clip) -> at::Tensor {
    return vae.Encode(PictureTensor(clip.frames[0])).mean * 0.5;
  };
  TrainingClip clip = BoxClip(5);
  clip.reference = {};
  const double encoded = Value(LossOn(*MakeTask(options), {clip}));
  options.predicted_fraction = 1;
  EXPECT_NEAR(Value(LossOn(*MakeTask(options, own), {clip})), encoded, 1e-4);
}

TEST(VaeTaskTest, FoldersHoldCentredLatentsOfUnitVariance) {
  const TemporaryFolder place;
  const std::unique_ptr<VaeTask> task = MakeTask(TinyVaeOptions());
  ASSERT_TRUE(task->WriteModel(place / "run", task->trained()).ok());
  const VaeModel written = *ReadVae(place / "run");
  Parameters parameters(written.weights);
  const AutoencoderKL vae(Scope(parameters), written.config);
  std::vector<at::Tensor> pictures;
  for (const uint64_t seed : {1, 2}) {
    const TrainingClip clip = BoxClip(seed);
    for (const RgbImage* picture : PicturesOf(clip)) {
      pictures.push_back(PictureTensor(*picture));
    }
  }
  const LatentStatistics statistics = MeasureLatents(vae, pictures);
  EXPECT_LT(statistics.mean.abs().max().item<double>(), 1e-4);
  EXPECT_NEAR(statistics.deviation * written.config.scaling_factor, 1.0, 1e-3);
}

TEST(VaeTaskTest, WritesAndShowsTheWeightsItIsGiven) {
  const TemporaryFolder place;
  const std::unique_ptr<VaeTask> task = MakeTask(TinyVaeOptions());
  StateDict average;
  for (const auto& [key, leaf] : task->trained()) {
    average[key] = leaf.detach() * 0.5;
  }
  ASSERT_TRUE(task->WriteModel(place / "run", average).ok());
  EXPECT_TRUE(
      at::equal(ReadVae(place / "run")->weights.at("decoder.conv_in.weight"),
                average.at("vae.decoder.conv_in.weight")));
  const absl::StatusOr<RgbImage> now =
      task->ContactSheet({BoxClip(1, 2), BoxClip(2, 2)}, task->trained());
  const absl::StatusOr<RgbImage> then =
      task->ContactSheet({BoxClip(1, 2), BoxClip(2, 2)}, average);
  ASSERT_TRUE(now.ok()) << now.status();
  ASSERT_TRUE(then.ok()) << then.status();
  EXPECT_EQ(now->width, 6 * 36 - 4);
  EXPECT_EQ(now->height, 2 * 52 - 4);
  EXPECT_NE(*now, *then);
}

TEST(VaeTaskTest, RefusesClipsThatDoNotFit) {
  VaeTaskOptions options = TinyVaeOptions();
  options.crop_width = 64;
  options.crop_height = 64;
  EXPECT_EQ(MakeTask(options)->Loss({BoxClip(1)}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(VaeTaskTest, RefusesToStartWithoutWhatItNeeds) {
  const TemporaryFolder place;
  const auto refusal = [](VaeTaskOptions options,
                          std::vector<TrainingClip> clips) {
    return std::string(VaeTask::Create(std::move(options), std::move(clips))
                           .status()
                           .message());
  };
  EXPECT_THAT(refusal(TinyVaeOptions(), {}), testing::HasSubstr("no clips"));
  VaeTaskOptions options = TinyVaeOptions();
  options.crops_per_clip = 0;
  EXPECT_THAT(refusal(options, {BoxClip(1)}),
              testing::HasSubstr("crops_per_clip"));
  options = DecoderOptions(place);
  options.predicted_fraction = 0.5;
  EXPECT_THAT(refusal(options, {}), testing::HasSubstr("predicted_fraction"));
  options = TinyVaeOptions();
  options.init_folder = place / "nothing";
  EXPECT_THAT(refusal(options, {BoxClip(1)}), testing::HasSubstr("no VAE"));
  // A crop that fits the options' network, but not that of the folder.
  options.init_folder = UntrainedVae(place);
  options.config.block_out_channels = {16};
  options.crop_width = 18;
  EXPECT_THAT(refusal(options, {BoxClip(1)}), testing::HasSubstr("crop_width"));
}

}  // namespace
}  // namespace animate
