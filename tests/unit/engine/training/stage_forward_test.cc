#include "engine/training/stage_forward.h"

#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include "engine/pipeline/denoising_loop.h"
#include "engine/tensor/frames.h"
#include "tests/support/random_weights.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/stage_testing.h"

namespace animate {
namespace {

// Two clips of three frames, of which the first has conditions.
class StageForwardTest : public testing::Test {
 protected:
  StageForwardTest()
      : options_(SmallStage(WriteTestVae(folder_))),
        task_(MakeStageTask(options_)),
        networks_(BuildStageNetworks(options_, task_->weights())),
        models_(BundleOf(task_->weights(), MotionModules::kNone, c10::kCPU)) {
    question_ = {.noisy = RandomTensor({6, 4, 8, 8}, 1),
                 .timesteps = std::vector<int64_t>(6, 700),
                 .pose_features = networks_.pose_guider.Forward(
                     RandomTensor({2, 3, 3, kStageSide, kStageSide}, 2))};
    kept_ = {.clips = {0},
             .latents = RandomTensor({1, 4, 8, 8}, 3),
             .pixel_values = RandomTensor({1, 3, 16, 16}, 4)};
    answer_ = PredictStage(networks_, question_,
                           EncodeStageConditions(networks_, 2, kept_));
  }

  // What sampling computes for one clip at the same time: the rows of
  // classifier-free guidance, without reference and with it.
  at::Tensor Sampled(int64_t clip) const {
    const at::Tensor embeds = models_.image_encoder.Forward(kept_.pixel_values);
    const ReferenceFeatures reference = models_.reference_unet.Forward(
        kept_.latents, at::zeros({1}, at::kLong), embeds.unsqueeze(1));
    const PreparedConditioning conditioning = PrepareConditioning(
        models_.denoising_unet, embeds, reference, /*guided=*/true);
    const std::vector<int64_t> times = {700};
    const PreparedTimestep time =
        models_.denoising_unet.PrepareTimesteps(times).front();
    const FrameFeatures frames = models_.denoising_unet.ForwardFrames(
        conditioning, time,
        {.latents = UnfoldFrames(question_.noisy, 3).narrow(0, clip, 1),
         .pose_features = question_.pose_features.narrow(0, clip, 1)});
    return models_.denoising_unet.ForwardWindows(conditioning, time, frames, 3);
  }

  double DifferenceTo(const at::Tensor& sampled, int64_t clip) const {
    const at::Tensor trained = UnfoldFrames(answer_, 3).narrow(0, clip, 1);
    return (trained - sampled).abs().max().item<double>();
  }

  const TemporaryFolder folder_;
  const c10::NoGradGuard no_gradients_;
  const StageTaskOptions options_;
  const std::unique_ptr<StageTask> task_;
  const StageNetworks networks_;
  const ModelBundle models_;
  StageQuestion question_;
  KeptReferences kept_;
  at::Tensor answer_;
};

TEST_F(StageForwardTest, AClipWithConditionsIsWhatSamplingCallsConditional) {
  EXPECT_LT(DifferenceTo(Sampled(0)[1].unsqueeze(0), 0), 1e-5);
}

// The public implementation trains on the embedding of a grey picture, and
// samples with zeros.
TEST_F(StageForwardTest, ADroppedClipIsWhatSamplingCallsUnconditional) {
  EXPECT_LT(DifferenceTo(Sampled(1)[0].unsqueeze(0), 1), 1e-5);
  EXPECT_GT(DifferenceTo(Sampled(1)[1].unsqueeze(0), 1), 1e-4);
}

TEST_F(StageForwardTest, FramesHaveTimesOfTheirOwn) {
  StageQuestion other = question_;
  other.timesteps[4] = 10;
  const at::Tensor changed = PredictStage(
      networks_, other, EncodeStageConditions(networks_, 2, kept_));
  for (int64_t row = 0; row < 6; ++row) {
    const double difference =
        (changed[row] - answer_[row]).abs().max().item<double>();
    if (row == 4) {
      EXPECT_GT(difference, 1e-4);
    } else {
      EXPECT_EQ(difference, 0) << row;
    }
  }
}

TEST_F(StageForwardTest, WithoutConditionsNothingIsEncoded) {
  const StageConditions conditions = EncodeStageConditions(networks_, 3, {});
  EXPECT_TRUE(conditions.reference.empty());
  EXPECT_EQ(conditions.reference_rows, std::vector<int64_t>(3, kNoReference));
  EXPECT_EQ(conditions.encoder_hidden_states.abs().max().item<double>(), 0);
}

}  // namespace
}  // namespace animate
