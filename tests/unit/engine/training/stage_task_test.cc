#include "engine/training/stage_task.h"

#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/training/adamw.h"
#include "engine/training/autocast.h"
#include "engine/training/flat_gradients.h"
#include "engine/training/stage_batch.h"
#include "engine/training/stage_sheet.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/stage_testing.h"

namespace animate {
namespace {

// Writes what `task` is at present to `folder`/model and returns the path.
std::string Written(const StageTask& task, const TemporaryFolder& folder) {
  const std::string path = folder / "model";
  const absl::Status status = task.WriteModel(path, task.trained());
  EXPECT_TRUE(status.ok()) << status;
  return path;
}

// The keys whose gradients after one backward pass are not all zero.
std::set<std::string> KeysWithGradient(const StateDict& weights) {
  std::set<std::string> keys;
  for (const auto& [key, tensor] : weights) {
    const at::Tensor& gradient = tensor.grad();
    if (gradient.defined() && gradient.abs().max().item<double>() > 0) {
      keys.insert(key);
    }
  }
  return keys;
}

std::set<std::string> KeysOf(const StateDict& weights) {
  std::set<std::string> keys;
  for (const auto& [key, tensor] : weights) keys.insert(key);
  return keys;
}

std::vector<const StateDict*> AllNetworks(const StageWeights& weights) {
  return {
      &weights.denoising_unet, &weights.motion_module, &weights.reference_unet,
      &weights.pose_guider,    &weights.vae,           &weights.image_encoder};
}

void Backward(StageTask& task, const std::vector<TrainingClip>& batch) {
  absl::StatusOr<TaskLoss> loss = task.Loss(batch);
  ASSERT_TRUE(loss.ok()) << loss.status();
  loss->loss.backward();
}

TEST(StageTaskTest, ImageStageOverfitsOneClipFromScratch) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  options.condition_dropout = 0;
  options.diffusion.timesteps = {.last = 0.3, .high = 0.3};
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  const std::vector<double> losses =
      FitOneClip(*task, StageClip(0, 0), 60, 4e-3);
  EXPECT_GT(MeanOf(losses, 0, 5), 0.6);
  EXPECT_LT(MeanOf(losses, 45, 60), 0.4);
}

// What a first stage has learnt of clip 0, temporal layers alone turn into
// another clip.
TEST(StageTaskTest, MotionStageOverfitsOneClip) {
  const TemporaryFolder folder;
  StageTaskOptions first = SmallStage(WriteTestVae(folder));
  first.diffusion.timesteps = {.last = 0.3, .high = 0.3};
  const std::unique_ptr<StageTask> images = MakeStageTask(first);
  FitOneClip(*images, StageClip(0, 0), 50, 4e-3);
  StageTaskOptions options = SmallMotionStage(Written(*images, folder));
  options.condition_dropout = 0;
  options.diffusion.timesteps = {.last = 0.3, .high = 0.3};
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  const std::vector<double> losses =
      FitOneClip(*task, StageClip(3, 0, 3), 100, 2e-2);
  EXPECT_GT(MeanOf(losses, 0, 5), 1.6);
  EXPECT_LT(MeanOf(losses, 80, 100), 1.1);
}

TEST(StageTaskTest, ImageStageReachesEveryTrainedTensorAndNoOther) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  options.condition_dropout = 0;
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  Backward(*task, {StageClip(0, 1), StageClip(1, 2)});
  EXPECT_EQ(KeysWithGradient(task->trained()), KeysOf(task->trained()));

  const StageWeights& weights = task->weights();
  for (const StateDict* frozen : {&weights.motion_module, &weights.vae}) {
    for (const auto& [key, tensor] : *frozen) {
      EXPECT_FALSE(tensor.requires_grad()) << key;
    }
  }
  // Nothing that could influence the loss is left out.
  std::set<std::string> untrained;
  for (const auto& [key, tensor] : weights.reference_unet) {
    if (!tensor.requires_grad()) untrained.insert(key);
  }
  for (const std::string& key : untrained) {
    EXPECT_TRUE(absl::StrContains(key, "attn2.to_q") ||
                absl::StrContains(key, "attn2.to_k") ||
                absl::StrContains(key, ".norm2.") ||
                absl::StartsWith(key, "up_blocks.1.attentions.1."))
        << key;
  }
}

// The public implementation freezes the last block of the ReferenceNet although
// its first norms are read.
TEST(StageTaskTest, ImageStageTrainsTheLastBlockOfTheReferenceNet) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> task =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  EXPECT_TRUE(task->trained().contains(
      "reference_unet.up_blocks.1.attentions.1.transformer_blocks.0.norm1."
      "weight"));
  EXPECT_TRUE(task->trained().contains(
      "reference_unet.up_blocks.1.resnets.1.conv1.weight"));
}

TEST(StageTaskTest, MotionStageTrainsTemporalLayersAlone) {
  const TemporaryFolder folder;
  const std::string model =
      Written(*MakeStageTask(SmallStage(WriteTestVae(folder))), folder);
  StageTaskOptions options = SmallMotionStage(model);
  options.condition_dropout = 0;
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  // One step first: what ends in zero passes no gradient on.
  FitOneClip(*task, StageClip(0, 0), 2, 1e-2);
  for (const auto& [key, tensor] : task->trained()) {
    tensor.mutable_grad() = at::Tensor();
  }
  Backward(*task, {StageClip(0, 1, 3)});
  EXPECT_EQ(KeysWithGradient(task->trained()), KeysOf(task->trained()));
  for (const auto& [key, tensor] : task->trained()) {
    EXPECT_TRUE(absl::StrContains(key, "motion_modules")) << key;
  }
  for (const StateDict* network : AllNetworks(task->weights())) {
    for (const auto& [key, tensor] : *network) {
      const bool temporal = absl::StrContains(key, "motion_modules") &&
                            !absl::EndsWith(key, "pos_encoder.pe");
      EXPECT_EQ(tensor.requires_grad(), temporal) << key;
    }
  }
}

TEST(StageTaskTest, ALossDependsOnTheSeedsOfItsClipsAlone) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> task =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  const double first = StageLoss(*task, {StageClip(0, 1)});
  EXPECT_NE(StageLoss(*task, {StageClip(0, 2)}), first);
  EXPECT_EQ(StageLoss(*task, {StageClip(0, 1)}), first);
}

// Nothing of one batch is left for the next, or of one clip for another: the
// public implementation leaks reference features while it accumulates.
TEST(StageTaskTest, TheLossOfABatchIsTheMeanOfItsClips) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  options.condition_dropout = 0.5;
  options.diffusion.rollout = 0.5;
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  double sum = 0;
  std::vector<TrainingClip> batch;
  for (uint64_t i = 0; i < 4; ++i) {
    batch.push_back(StageClip(static_cast<int64_t>(i), 10 + i));
    sum += StageLoss(*task, {batch.back()});
  }
  EXPECT_NEAR(StageLoss(*task, batch), sum / 4, 1e-5);
}

// The public implementation's validation leaves half of each later batch
// without reference.
TEST(StageTaskTest, LookingAtTheNetworksDoesNotChangeTheirTraining) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  options.condition_dropout = 0;
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  const std::vector<TrainingClip> clips = {StageClip(0, 1), StageClip(1, 2)};
  const double before = StageLoss(*task, clips);
  ASSERT_TRUE(task->Validate(clips, task->trained()).ok());
  ASSERT_TRUE(task->ContactSheet(clips, task->trained()).ok());
  EXPECT_EQ(StageLoss(*task, clips), before);
  Backward(*task, clips);
  EXPECT_EQ(KeysWithGradient(task->trained()), KeysOf(task->trained()));
}

TEST(StageTaskTest, DroppedClipsSeeTheirSkeletonButNotTheirReference) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  options.condition_dropout = 0.999999;
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  TrainingClip clip = StageClip(0, 1);
  const double before = StageLoss(*task, {clip});
  clip.reference = StageClip(5, 1).reference;
  EXPECT_EQ(StageLoss(*task, {clip}), before);
  clip.poses.front() = clip.poses.back();
  EXPECT_NE(StageLoss(*task, {clip}), before);
}

TEST(StageTaskTest, WritesAModelThatLoadsAndThatMotionModulesDoNotChange) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  options.sampling.num_inference_steps = 2;
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  const std::string path = Written(*task, folder);
  const absl::StatusOr<ModelBundle> loaded = LoadModelBundle(path, {});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->info.num_inference_steps, 2);
  EXPECT_EQ(loaded->noise_scheduler.beta_schedule, "scaled_linear");

  const absl::StatusOr<StageBatch> batch = MakeStageBatch(
      {StageClip(0, 1, 3)}, {.image_size = 16, .size_multiple = 2}, c10::kCPU);
  ASSERT_TRUE(batch.ok()) << batch.status();
  const auto answer = [&](const DenoisingUnet& unet, const PoseGuider& poses) {
    return unet.Forward({.latents = batch->poses.narrow(3, 0, 8)
                                        .narrow(4, 0, 8)
                                        .repeat({1, 2, 1, 1, 1})
                                        .narrow(1, 0, 4),
                         .timesteps = at::zeros({1}, at::kLong),
                         .encoder_hidden_states = at::ones({1, 1, 16}),
                         .pose_features = poses.Forward(batch->poses)});
  };
  const ModelBundle without =
      BundleOf(task->weights(), MotionModules::kNone, c10::kCPU);
  const at::Tensor plain = answer(without.denoising_unet, without.pose_guider);
  const at::Tensor video = answer(loaded->denoising_unet, loaded->pose_guider);
  EXPECT_LT((plain - video).abs().max().item<double>(), 1e-5);
}

TEST(StageTaskTest, ThePapersPoseGuiderIsTrainedAndServed) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  options.networks.pose_guider = PoseGuiderForm::kPaper;
  options.condition_dropout = 0;
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  // What ends in zero passes gradients on after its first step.
  FitOneClip(*task, StageClip(0, 0), 3, 1e-2);
  for (const auto& [key, tensor] : task->weights().pose_guider) {
    EXPECT_TRUE(tensor.requires_grad()) << key;
    EXPECT_GT(tensor.abs().max().item<double>(), 0) << key;
  }
  const absl::StatusOr<ModelBundle> loaded =
      LoadModelBundle(Written(*task, folder), {});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_TRUE(loaded->pose_guider.adds_to_latents());
  const StageSheetOptions one_step = {.steps = 1, .max_frames = 1};
  TrainingClip clip = StageClip(0, 1, 1);
  const absl::StatusOr<RgbImage> sheet =
      DrawStageSheet(*loaded, {clip}, one_step);
  ASSERT_TRUE(sheet.ok()) << sheet.status();
  clip.poses.front() = clip.reference;
  const absl::StatusOr<RgbImage> other =
      DrawStageSheet(*loaded, {clip}, one_step);
  ASSERT_TRUE(other.ok()) << other.status();
  // The third picture is the generated one.
  const int left = 2 + 2 * (kStageSide + 2);
  int different = 0;
  for (int y = 0; y < kStageSide; ++y) {
    for (int x = 0; x < kStageSide; ++x) {
      different += *sheet->at(left + x, 2 + y) != *other->at(left + x, 2 + y);
    }
  }
  EXPECT_GT(different, 0);
}

TEST(StageTaskTest, TrainsInSixteenBits) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  for (const bool checkpointing : {false, true}) {
    options.gradient_checkpointing = checkpointing;
    const std::unique_ptr<StageTask> task = MakeStageTask(options);
    const std::vector<TrainingClip> clips = {StageClip(0, 1), StageClip(1, 2)};
    const double exact = StageLoss(*task, clips);
    absl::StatusOr<TaskLoss> loss = absl::UnknownError("");
    {
      const AutocastScope autocast(c10::kCPU, TrainingPrecision::kBfloat16);
      loss = task->Loss(clips);
    }
    ASSERT_TRUE(loss.ok()) << loss.status();
    EXPECT_EQ(loss->loss.scalar_type(), at::kFloat);
    EXPECT_NEAR(loss->loss.item<double>(), exact, 0.02 * exact);
    EXPECT_NE(loss->loss.item<double>(), exact);
    loss->loss.backward();
    EXPECT_EQ(KeysWithGradient(task->trained()), KeysOf(task->trained()));
  }
}

TEST(StageTaskTest, WritesTheWeightsItIsGiven) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> task =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  StateDict average = task->trained();
  const std::string key = "denoising_unet.conv_in.bias";
  average[key] = at::full_like(average.at(key).detach(), 0.25);
  const std::string path = folder / "average";
  ASSERT_TRUE(task->WriteModel(path, average).ok());
  const std::unique_ptr<StageTask> again =
      MakeStageTask(SmallMotionStage(path));
  EXPECT_TRUE(at::equal(again->weights().denoising_unet.at("conv_in.bias"),
                        average.at(key)));
  // Over an earlier one.
  EXPECT_TRUE(task->WriteModel(path, average).ok());
}

TEST(StageTaskTest, DrawsARowOfPicturesForEachClip) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> task =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  const absl::StatusOr<RgbImage> sheet = task->ContactSheet(
      {StageClip(0, 1), StageClip(1, 2), StageClip(2, 3)}, task->trained());
  ASSERT_TRUE(sheet.ok()) << sheet.status();
  // Reference, and three pictures for each of two frames.
  EXPECT_EQ(sheet->width, 7 * (kStageSide + 2) + 2);
  EXPECT_EQ(sheet->height, 3 * (kStageSide + 2) + 2);
}

TEST(StageTaskTest, ValidationTellsWhetherTheReferenceIsUsed) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  options.condition_dropout = 0;
  options.diffusion.timesteps.last = 1;
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  const std::vector<TrainingClip> clips = {StageClip(0, 1), StageClip(3, 2)};
  {
    FlatGradients gradients(task->trained(), 0);
    AdamW optimizer(task->trained(), {.weight_decay = 0});
    for (uint64_t step = 0; step < 80; ++step) {
      gradients.Zero();
      Backward(*task, {StageClip(0, 2 * step), StageClip(3, 2 * step + 1)});
      optimizer.Step(4e-3);
    }
  }
  const auto figures = task->Validate(clips, task->trained());
  ASSERT_TRUE(figures.ok()) << figures.status();
  EXPECT_LT(2 * figures->at("reference_right"),
            figures->at("reference_shuffled"));
}

TEST(StageTaskTest, RefusesWhatCannotBeTrained) {
  const TemporaryFolder folder;
  const std::string vae = WriteTestVae(folder);
  StageTaskOptions options = SmallStage("");
  EXPECT_EQ(StageTask::Create(options).status().code(),
            absl::StatusCode::kInvalidArgument);
  options = SmallStage(vae);
  options.networks.unet.block_out_channels = {32, 30};
  EXPECT_EQ(StageTask::Create(options).status().code(),
            absl::StatusCode::kInvalidArgument);
  options = SmallStage(vae);
  options.condition_dropout = 1;
  EXPECT_EQ(StageTask::Create(options).status().code(),
            absl::StatusCode::kInvalidArgument);
  options = SmallStage(vae);
  options.networks.pose_guider_channels = {8, 8, 8};
  EXPECT_EQ(StageTask::Create(options).status().code(),
            absl::StatusCode::kFailedPrecondition);
  options = SmallStage(vae);
  options.stage = TrainingStage::kMotion;
  EXPECT_EQ(StageTask::Create(options).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(StageTaskTest, RefusesClipsThatDoNotFit) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> task =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  TrainingClip clip = StageClip(0, 1);
  clip.poses.pop_back();
  EXPECT_EQ(task->Loss({clip}).status().code(),
            absl::StatusCode::kInvalidArgument);
  clip = StageClip(0, 1);
  clip.frames.back() = RgbImage(kStageSide, kStageSide + 2);
  EXPECT_EQ(task->Loss({clip}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      task->Loss({StageClip(0, 1, 1), StageClip(1, 2, 2)}).status().code(),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace animate
