#include "tools/train/stage_settings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/sampling_config.h"

namespace animate {
namespace {

constexpr WholeRange kWidths = {.min = 1, .max = 1 << 16};
constexpr WholeRange kCounts = {.min = 1, .max = 1024};
constexpr NumberRange kProbability = {.min = 0, .max = 1};

void VisitInitialModel(SettingVisitor& visitor, InitialModel& init) {
  visitor.Enter("init", "where weights come from; what is empty is made new");
  visitor.Text("model", init.model,
               "a complete model folder; the others replace parts of it");
  visitor.Text("vae", init.vae, "a folder with config.json, or a model folder");
  visitor.Text("unet", init.unet,
               "for both UNets: a folder of Stable Diffusion's or of "
               "image-variations', or a model folder");
  visitor.Text("image_encoder", init.image_encoder,
               "a folder with config.json, or a model folder");
  visitor.Text("motion_module", init.motion_module,
               "a file of AnimateDiff's or AnimateAnyone's");
  visitor.Text("pose_guider", init.pose_guider,
               "a file of a Pose Guider, or of a ControlNet");
  visitor.Leave();
}

void VisitUnet(SettingVisitor& visitor, UnetConfig& unet) {
  const auto fits = [&unet](size_t size) {
    return size == unet.block_out_channels.size();
  };
  visitor.Enter("unet", "both UNets; lists have an entry per level");
  visitor.WholeList("block_out_channels", unet.block_out_channels, kWidths,
                    "width of each level, the highest resolution first");
  visitor.Require(unet.block_out_channels.size() >= 2 &&
                      unet.block_out_channels.size() <= 16,
                  "block_out_channels", "must have 2 to 16 levels");
  visitor.WholeList("layers_per_block", unet.layers_per_block, kCounts,
                    "down; up has one more");
  visitor.Require(fits(unet.layers_per_block.size()), "layers_per_block",
                  "must be as long as block_out_channels");
  visitor.FlagList("down_attention", unet.down_attention,
                   "where blocks have attention");
  visitor.Require(fits(unet.down_attention.size()), "down_attention",
                  "must be as long as block_out_channels");
  visitor.FlagList("up_attention", unet.up_attention,
                   "the same by level, not by order");
  visitor.Require(fits(unet.up_attention.size()), "up_attention",
                  "must be as long as block_out_channels");
  visitor.WholeList("num_attention_heads", unet.num_attention_heads, kCounts,
                    "heads of each level");
  visitor.Require(fits(unet.num_attention_heads.size()), "num_attention_heads",
                  "must be as long as block_out_channels");
  visitor.WholeList("transformer_layers_per_block",
                    unet.transformer_layers_per_block, kCounts,
                    "transformer blocks in a row");
  visitor.Require(fits(unet.transformer_layers_per_block.size()),
                  "transformer_layers_per_block",
                  "must be as long as block_out_channels");
  visitor.Whole("norm_num_groups", unet.norm_num_groups, kCounts,
                "groups of the group norms");
  bool divides = true;
  for (size_t i = 0; i < unet.block_out_channels.size(); ++i) {
    divides &= unet.block_out_channels[i] % unet.norm_num_groups == 0 &&
               fits(unet.num_attention_heads.size()) &&
               unet.block_out_channels[i] % unet.num_attention_heads[i] == 0;
  }
  visitor.Require(divides, "block_out_channels",
                  "must be multiples of norm_num_groups and of the heads");
  unet.time_embedding_dim =
      unet.block_out_channels.empty() ? 4 : 4 * unet.block_out_channels[0];
  visitor.Leave();
}

void VisitMotion(SettingVisitor& visitor, MotionConfig& motion,
                 int64_t& positions) {
  visitor.Enter("motion", "the temporal layers");
  visitor.Flag("use_motion_module", motion.use_motion_module,
               "whether there are any");
  visitor.WholeList("motion_module_resolutions",
                    motion.motion_module_resolutions,
                    {.min = 1, .max = 1 << 16},
                    "at which levels: 1 is the first, 2 the second, 4, 8");
  visitor.Flag("motion_module_mid_block", motion.motion_module_mid_block,
               "whether the middle has one");
  visitor.Flag("motion_module_decoder_only", motion.motion_module_decoder_only,
               "whether the way down has none");
  visitor.Whole("num_attention_heads", motion.num_attention_heads, kCounts,
                "heads");
  visitor.Whole("num_transformer_block", motion.num_transformer_block, kCounts,
                "transformer blocks in a row");
  visitor.Whole("num_attention_blocks", motion.num_attention_blocks, kCounts,
                "attentions in each");
  visitor.Whole("positions", positions, {.min = 1, .max = 1024},
                "the longest window of frames");
  visitor.Leave();
}

void VisitImageEncoder(SettingVisitor& visitor, ClipVisionConfig& encoder) {
  visitor.Enter("image_encoder", "CLIP's vision transformer");
  visitor.Whole("hidden_size", encoder.hidden_size, kWidths, "width");
  visitor.Whole("intermediate_size", encoder.intermediate_size, kWidths,
                "width of the feed-forward");
  visitor.Whole("projection_dim", encoder.projection_dim, kWidths,
                "width of the embedding, which the UNets attend to");
  visitor.Whole("num_hidden_layers", encoder.num_hidden_layers, kCounts,
                "layers");
  visitor.Whole("num_attention_heads", encoder.num_attention_heads, kCounts,
                "heads");
  visitor.Require(encoder.hidden_size % encoder.num_attention_heads == 0,
                  "hidden_size", "must be a multiple of num_attention_heads");
  visitor.Whole("image_size", encoder.image_size, {.min = 1, .max = 4096},
                "pixels along each side");
  visitor.Whole("patch_size", encoder.patch_size, {.min = 1, .max = 4096},
                "pixels of a patch along each side");
  visitor.Require(encoder.image_size % encoder.patch_size == 0, "image_size",
                  "must be a multiple of patch_size");
  visitor.Leave();
}

void VisitNetworks(SettingVisitor& visitor, NewNetworks& networks) {
  visitor.Enter("networks", "sizes of what is made new; ignored elsewhere");
  VisitUnet(visitor, networks.unet);
  VisitMotion(visitor, networks.motion, networks.motion_positions);
  VisitImageEncoder(visitor, networks.image_encoder);
  visitor.Choice(
      "pose_guider", networks.pose_guider,
      {{"public", PoseGuiderForm::kPublic}, {"paper", PoseGuiderForm::kPaper}},
      "added after conv_in, or to the noisy latents");
  visitor.WholeList("pose_guider_channels", networks.pose_guider_channels,
                    kWidths, "widths of its convolutions");
  visitor.Require(!networks.pose_guider_channels.empty(),
                  "pose_guider_channels", "must not be empty");
  visitor.Leave();
}

void VisitDiffusion(SettingVisitor& visitor, DiffusionOptions& diffusion) {
  NoiseScheduleConfig& schedule = diffusion.noise_schedule;
  visitor.Enter("diffusion", "the process that is learnt to be undone");
  visitor.Whole("num_train_timesteps", schedule.num_train_timesteps,
                {.min = 2, .max = 100'000}, "levels of noise");
  visitor.Number("beta_start", schedule.beta_start, {.min = 1e-9, .max = 0.999},
                 "variance of the first step");
  visitor.Number("beta_end", schedule.beta_end, {.min = 1e-9, .max = 0.999},
                 "variance of the last step");
  visitor.Choice("beta_schedule", schedule.beta_curve,
                 {{"linear", BetaCurve::kLinear},
                  {"scaled_linear", BetaCurve::kScaledLinear}},
                 "how variances grow between");
  visitor.Flag("rescale_betas_zero_snr", schedule.rescale_betas_zero_snr,
               "whether the last timestep is pure noise");
  visitor.Choice("prediction_type", diffusion.prediction_type,
                 {{"v_prediction", PredictionType::kVPrediction},
                  {"epsilon", PredictionType::kEpsilon},
                  {"sample", PredictionType::kSample}},
                 "what the network answers");
  visitor.Require(!(schedule.rescale_betas_zero_snr &&
                    diffusion.prediction_type == PredictionType::kEpsilon),
                  "prediction_type",
                  "epsilon is not defined with rescale_betas_zero_snr");
  visitor.Number("noise_offset", diffusion.noise_offset, {.max = 1},
                 "noise that all cells of a channel share; 0: none");
  visitor.Number("shared_noise", diffusion.shared_noise, kProbability,
                 "probability that the frames of a clip have the same noise");
  visitor.Number("rollout", diffusion.rollout, kProbability,
                 "probability that the noise hides the network's own estimate, "
                 "not the truth");
  visitor.Require(diffusion.rollout == 0 ||
                      diffusion.prediction_type != PredictionType::kEpsilon,
                  "rollout", "is not defined with epsilon");
  visitor.Number("snr_gamma", diffusion.snr_gamma, {.max = 1000},
                 "weights min(SNR + 1, gamma) / (SNR + 1); 0: all alike");
  visitor.Require(diffusion.snr_gamma == 0 || diffusion.snr_gamma >= 1,
                  "snr_gamma", "must be 0 or at least 1");
  visitor.Enter("timesteps", "how noisy samples are; the rest is uniform");
  TimestepMixture& mixture = diffusion.timesteps;
  visitor.Number("last", mixture.last, kProbability,
                 "probability of the last one, pure noise");
  visitor.Number("high", mixture.high, kProbability,
                 "probability of one from high_from on");
  visitor.Require(mixture.last + mixture.high <= 1, "high",
                  "must be at most 1 with last");
  visitor.Whole("high_from", mixture.high_from, {},
                "where the high ones begin");
  visitor.Require(mixture.high_from < schedule.num_train_timesteps, "high_from",
                  "must be below num_train_timesteps");
  visitor.Leave();
  visitor.Leave();
}

// A setting that may be left open: 0 in the file.
void VisitOptional(SettingVisitor& visitor, const char* key,
                   std::optional<int64_t>& value, int64_t max,
                   absl::string_view about) {
  int64_t whole = value.value_or(0);
  visitor.Whole(key, whole, {.min = 0, .max = max}, about);
  value = whole == 0 ? std::nullopt : std::optional<int64_t>(whole);
}

// The same with texts: "" in the file.
void VisitOptional(SettingVisitor& visitor, const char* key,
                   std::optional<std::string>& value,
                   std::vector<std::string> names, absl::string_view about) {
  names.insert(names.begin(), "");
  std::string name = value.value_or("");
  visitor.OneOf(key, name, names, about);
  value = name.empty() ? std::nullopt : std::optional<std::string>(name);
}

void VisitSampling(SettingVisitor& visitor, SamplingConfig& sampling) {
  visitor.Enter("sampling",
                "how the model wants to be sampled, written into its folder; "
                "0 and empty: not said");
  VisitOptional(visitor, "num_inference_steps", sampling.num_inference_steps,
                1000, "DDIM steps");
  double guidance = sampling.guidance_scale.value_or(0.0);
  visitor.Number("guidance_scale", guidance, {.max = 100},
                 "1: without guidance");
  sampling.guidance_scale =
      guidance == 0.0 ? std::nullopt : std::optional<double>(guidance);
  VisitOptional(visitor, "noise", sampling.noise, {"per_frame", "shared"},
                "whether frames begin with the same noise");
  VisitOptional(visitor, "context_schedule", sampling.context_schedule,
                {"closed", "open", "edge"}, "how windows follow each other");
  VisitOptional(visitor, "context_frames", sampling.context_frames, 1024,
                "frames of a window");
  VisitOptional(visitor, "context_overlap", sampling.context_overlap, 1023,
                "frames that neighbouring windows share");
  VisitOptional(visitor, "beta_schedule", sampling.beta_schedule,
                {"linear", "scaled_linear"}, "noise levels");
  VisitOptional(visitor, "width", sampling.width, 2048, "pixels");
  VisitOptional(visitor, "height", sampling.height, 2048, "pixels");
  visitor.Require(sampling.width.has_value() == sampling.height.has_value(),
                  "height", "must be given with width");
  visitor.Leave();
}

}  // namespace

void VisitStageTask(SettingVisitor& visitor, StageTaskOptions& options) {
  VisitInitialModel(visitor, options.init);
  VisitNetworks(visitor, options.networks);
  visitor.Whole("init_seed", options.init_seed, {}, "of new weights");
  VisitDiffusion(visitor, options.diffusion);
  visitor.Number("condition_dropout", options.condition_dropout, kProbability,
                 "probability of a clip without reference and embedding");
  visitor.Require(options.condition_dropout < 1, "condition_dropout",
                  "must be below 1");
  visitor.Flag("train_image_encoder", options.train_image_encoder,
               "whether the image encoder learns, too; only a new one can");
  visitor.Flag("gradient_checkpointing", options.gradient_checkpointing,
               "less memory for a third more time");
  visitor.Text("device", options.device, "auto, cpu, cuda or cuda:1");
  visitor.OneOf("weights_dtype", options.weights_dtype,
                {"float16", "bfloat16", "float32"},
                "of the model folders written");
  VisitSampling(visitor, options.sampling);
  visitor.Whole("sheet_steps", options.sheet_steps, {.min = 1, .max = 1000},
                "DDIM steps of contact sheets");
  visitor.Whole("sheet_frames", options.sheet_frames, {.min = 1, .max = 64},
                "frames of each clip on contact sheets");
}

}  // namespace animate
