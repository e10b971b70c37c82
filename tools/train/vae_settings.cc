#include "tools/train/vae_settings.h"

namespace animate {
namespace {

constexpr WholeRange kVaeWidths = {.min = 1, .max = 1 << 14};
constexpr NumberRange kShare = {.min = 0, .max = 1};

void VisitVaeNetwork(SettingVisitor& visitor, VaeConfig& config) {
  visitor.Enter("network", "sizes of a new one; that of init_folder otherwise");
  visitor.Whole("latent_channels", config.latent_channels,
                {.min = 1, .max = 1024}, "channels of a latent cell");
  visitor.WholeList("block_out_channels", config.block_out_channels, kVaeWidths,
                    "width of each level; each but the first halves pictures");
  visitor.Require(!config.block_out_channels.empty() &&
                      config.block_out_channels.size() <= 6,
                  "block_out_channels", "must have 1 to 6 levels");
  visitor.Whole("layers_per_block", config.layers_per_block,
                {.min = 1, .max = 16},
                "of the encoder; the decoder has one "
                "more");
  visitor.Whole("norm_num_groups", config.norm_num_groups,
                {.min = 1, .max = 1024}, "groups of the group norms");
  bool divides = true;
  for (const int64_t width : config.block_out_channels) {
    divides &= width % config.norm_num_groups == 0;
  }
  visitor.Require(divides, "block_out_channels",
                  "must be multiples of norm_num_groups");
  visitor.Leave();
}

void VisitVaeCrops(SettingVisitor& visitor, VaeTaskOptions& task) {
  visitor.Whole("crop_width", task.crop_width, {.min = 0, .max = 2048},
                "pixels of what is trained on; 0: whole pictures");
  visitor.Whole("crop_height", task.crop_height, {.min = 0, .max = 2048},
                "the same");
  visitor.Whole("crops_per_clip", task.crops_per_clip, {.min = 1, .max = 1024},
                "drawn from the pictures of each clip");
  visitor.Whole("crop_candidates", task.crop_candidates, {.min = 1, .max = 64},
                "of which the one with most contrast is taken");
}

void VisitVaeLoss(SettingVisitor& visitor, VaeTaskOptions& task) {
  visitor.Number("gradient_weight", task.gradient_weight, {.max = 1000},
                 "of the absolute error of differences between neighbours");
  visitor.Number("mse_weight", task.mse_weight, {.max = 1000},
                 "of the squared error");
  visitor.Number("kl_weight", task.kl_weight, {.max = 1000},
                 "of the divergence of the posterior");
  visitor.Number("latent_noise", task.latent_noise, kShare,
                 "deviation of noise on the latents, decoder alone");
}

}  // namespace

void VisitVae(SettingVisitor& visitor, VaeSettings& settings) {
  VaeTaskOptions& task = settings.task;
  visitor.Text("init_folder", task.init_folder,
               "a VAE to go on from: its folder, or a model folder");
  visitor.Text("grow_from", task.grow_from,
               "a VAE with a level less to grow from");
  visitor.Require(task.init_folder.empty() || task.grow_from.empty(),
                  "grow_from", "cannot be given with init_folder");
  visitor.Whole("init_seed", task.init_seed, {}, "of new weights");
  visitor.Number("initial_logvar", task.initial_logvar, {.min = -12, .max = 6},
                 "how narrow new posteriors begin");
  VisitVaeNetwork(visitor, task.config);
  visitor.Choice(
      "trained_part", task.trained_part,
      {{"all", VaeTrainedPart::kAll}, {"decoder", VaeTrainedPart::kDecoder}},
      "the decoder alone leaves UNets valid");
  VisitVaeCrops(visitor, task);
  VisitVaeLoss(visitor, task);
  visitor.Number("predicted_fraction", task.predicted_fraction, kShare,
                 "part of the clips that are decoded from what UNets predict");
  visitor.Text("predictions_model", settings.predictions_model,
               "the model folder of those UNets");
  visitor.Require(
      task.predicted_fraction == 0 || !settings.predictions_model.empty(),
      "predictions_model", "is needed by predicted_fraction");
  visitor.Whole("statistics_clips", settings.statistics_clips,
                {.min = 1, .max = 100'000},
                "of which mean and scale of the latents are measured");
  visitor.Text("device", task.device, "auto, cpu, cuda or cuda:1");
  visitor.Whole("sheet_pictures", task.sheet_pictures, {.min = 1, .max = 64},
                "pictures of each clip on contact sheets");
}

}  // namespace animate
