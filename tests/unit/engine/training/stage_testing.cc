#include "tests/unit/engine/training/stage_testing.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/training/adamw.h"
#include "engine/training/flat_gradients.h"
#include "engine/training/vae_files.h"
#include "engine/training/vae_growth.h"

namespace animate {
namespace {

// A square of one colour on a ground of another.
RgbImage Square(int64_t index, int step) {
  RgbImage image(kStageSide, kStageSide);
  for (int y = 0; y < kStageSide; ++y) {
    for (int x = 0; x < kStageSide; ++x) {
      const bool inside = x >= 2 + 3 * step && x < 9 + 3 * step && y >= 4;
      const int64_t shade = (inside ? 40 : 200) + 23 * index;
      for (int c = 0; c < 3; ++c) {
        image.at(x, y)[c] = static_cast<uint8_t>((shade + 60 * c) % 256);
      }
    }
  }
  return image;
}

RgbImage Bar(int step) {
  RgbImage image(kStageSide, kStageSide);
  for (int y = 0; y < kStageSide; ++y) {
    image.at((4 + 3 * step) % kStageSide, y)[step % 3] = 255;
  }
  return image;
}

}  // namespace

TrainingClip StageClip(int64_t index, uint64_t seed, int frames) {
  TrainingClip clip = {.index = index,
                       .seed = seed,
                       .source = absl::StrCat("square ", index),
                       .reference = Square(index, 0)};
  for (int i = 1; i <= frames; ++i) {
    clip.frames.push_back(Square(index, i));
    clip.poses.push_back(Bar(i));
  }
  return clip;
}

std::string WriteTestVae(const TemporaryFolder& folder) {
  VaeConfig config;
  config.block_out_channels = {4, 8};
  config.layers_per_block = 1;
  config.norm_num_groups = 1;
  config.scaling_factor = 2.5;  // about unit variance
  const std::string path = folder / "vae";
  const absl::Status written = WriteVae(path, NewVae(config, -6, 1));
  EXPECT_TRUE(written.ok()) << written;
  return path;
}

StageTaskOptions SmallStage(const std::string& vae) {
  StageTaskOptions options;
  options.init.vae = vae;
  options.networks.unet.block_out_channels = {32, 32};
  options.networks.unet.layers_per_block = {1, 1};
  options.networks.unet.down_attention = {true, false};
  options.networks.unet.up_attention = {true, false};
  options.networks.unet.num_attention_heads = {2, 2};
  options.networks.unet.transformer_layers_per_block = {1, 1};
  options.networks.unet.norm_num_groups = 8;
  options.networks.motion.motion_module_resolutions = {1, 2};
  options.networks.motion.num_attention_heads = 2;
  options.networks.motion_positions = 8;
  options.networks.image_encoder = {.hidden_size = 16,
                                    .intermediate_size = 32,
                                    .projection_dim = 16,
                                    .num_hidden_layers = 1,
                                    .num_attention_heads = 2,
                                    .image_size = 16,
                                    .patch_size = 8};
  options.networks.pose_guider_channels = {8, 8};
  options.train_image_encoder = true;
  options.weights_dtype = "float32";
  options.device = "cpu";
  options.sheet_steps = 1;
  return options;
}

StageTaskOptions SmallMotionStage(const std::string& model) {
  StageTaskOptions options;
  options.stage = TrainingStage::kMotion;
  options.init.model = model;
  options.weights_dtype = "float32";
  options.device = "cpu";
  options.sheet_steps = 1;
  return options;
}

std::unique_ptr<StageTask> MakeStageTask(const StageTaskOptions& options) {
  absl::StatusOr<std::unique_ptr<StageTask>> task = StageTask::Create(options);
  if (!task.ok()) {
    ADD_FAILURE() << task.status();
    std::abort();
  }
  return *std::move(task);
}

double StageLoss(StageTask& task, const std::vector<TrainingClip>& batch) {
  const absl::StatusOr<TaskLoss> loss = task.Loss(batch);
  EXPECT_TRUE(loss.ok()) << loss.status();
  return loss.ok() ? loss->loss.item<double>() : -1.0;
}

std::vector<double> FitOneClip(StageTask& task, TrainingClip clip, int steps,
                               double learning_rate) {
  FlatGradients gradients(task.trained(), /*notes=*/0);
  AdamW optimizer(task.trained(), {.beta2 = 0.99, .weight_decay = 0});
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    gradients.Zero();
    clip.seed = static_cast<uint64_t>(step);
    const absl::StatusOr<TaskLoss> loss = task.Loss({clip});
    EXPECT_TRUE(loss.ok()) << loss.status();
    if (!loss.ok()) break;
    loss->loss.backward();
    gradients.Scale(ClippingFactor(gradients.Norm(), 1.0));
    optimizer.Step(learning_rate);
    losses.push_back(loss->loss.item<double>());
  }
  return losses;
}

double MeanOf(const std::vector<double>& values, size_t begin, size_t end) {
  double sum = 0;
  for (size_t i = begin; i < end; ++i) sum += values.at(i);
  return sum / static_cast<double>(end - begin);
}

}  // namespace animate
