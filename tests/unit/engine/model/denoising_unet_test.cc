#include "engine/model/denoising_unet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/tensor/frames.h"
#include "engine/tensor/parameters.h"
#include "tests/support/golden.h"
#include "tests/support/random_weights.h"

namespace animate {
namespace {

constexpr char kFile[] = "denoising_unet";
// What the golden data asks of an implementation without Winograd
// convolutions, far below the tolerances of index.json.
constexpr Difference kTight = {.max_abs = 3e-5, .rms = 1.5e-5};

ReferenceFeatures StoredFeatures(Golden& golden, const std::string& file) {
  ReferenceFeatures features;
  for (const auto& [name, tokens] : golden.All(file, "in.bank.")) {
    features.blocks.push_back({name, tokens});
  }
  return features;
}

DenoisingUnetInputs StoredInputs(Golden& golden, const std::string& file) {
  return {.latents = golden.In(file, "in.latents"),
          .timesteps = golden.In(file, "in.timestep"),
          .encoder_hidden_states = golden.In(file, "in.context"),
          .pose_features = golden.In(file, "in.pose_fea"),
          .reference_rows = {kNoReference, 1}};
}

// A network with the golden weights.
struct GoldenUnet {
  explicit GoldenUnet(const Golden& golden)
      : parameters(golden.denoising_unet()),
        unet(Scope(parameters), golden.unet_config(),
             golden.inference_config().motion) {}
  Parameters parameters;
  DenoisingUnet unet;
};

GoldenTensor Tightened(GoldenTensor golden) {
  golden.tolerance = kTight;
  return golden;
}

class DenoisingUnetGoldenTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    golden_ = Golden::Open(GetParam());
    if (golden_ == nullptr) {
      GTEST_SKIP() << "no golden data \"" << GetParam() << "\" here";
    }
  }
  std::unique_ptr<Golden> golden_;
};

TEST_P(DenoisingUnetGoldenTest, ReadsExactlyTheKeysOfTheCheckpoint) {
  const GoldenUnet network(*golden_);
  EXPECT_EQ(network.parameters.Verify(kFile), absl::OkStatus());
}

TEST_P(DenoisingUnetGoldenTest, MatchesTheReferenceUnderGuidance) {
  const GoldenUnet network(*golden_);
  const ReferenceFeatures features = StoredFeatures(*golden_, kFile);
  DenoisingUnetInputs inputs = StoredInputs(*golden_, kFile);
  inputs.reference = &features;
  EXPECT_TRUE(Matches(network.unet.Forward(inputs),
                      Tightened(golden_->Out(kFile, "output"))));
}

TEST_P(DenoisingUnetGoldenTest, MatchesTheReferenceWithoutFeatures) {
  const GoldenUnet network(*golden_);
  DenoisingUnetInputs inputs = StoredInputs(*golden_, kFile);
  const GoldenTensor want = Tightened(golden_->Out(kFile, "output_empty_bank"));
  EXPECT_TRUE(Matches(network.unet.Forward(inputs), want));

  const ReferenceFeatures none;
  inputs.reference = &none;
  EXPECT_TRUE(Matches(network.unet.Forward(inputs), want));
}

TEST_P(DenoisingUnetGoldenTest, MatchesTheReferenceWithoutGuidance) {
  const GoldenUnet network(*golden_);
  const ReferenceFeatures features = StoredFeatures(*golden_, kFile);
  DenoisingUnetInputs inputs = StoredInputs(*golden_, kFile);
  inputs.latents = inputs.latents.narrow(0, 0, 1);
  inputs.encoder_hidden_states = inputs.encoder_hidden_states.narrow(0, 1, 1);
  inputs.pose_features = inputs.pose_features.narrow(0, 0, 1);
  inputs.reference = &features;
  inputs.reference_rows = {1};
  EXPECT_TRUE(Matches(network.unet.Forward(inputs),
                      Tightened(golden_->Out(kFile, "output_no_guidance"))));
}

TEST_P(DenoisingUnetGoldenTest, MatchesTheReferenceOnOneFrameAtTheLastStep) {
  const GoldenUnet network(*golden_);
  const ReferenceFeatures features = StoredFeatures(*golden_, kFile);
  DenoisingUnetInputs inputs = StoredInputs(*golden_, kFile);
  inputs.latents = inputs.latents.narrow(2, 0, 1);
  inputs.pose_features = inputs.pose_features.narrow(2, 0, 1);
  inputs.timesteps = at::tensor(999);
  inputs.reference = &features;
  EXPECT_TRUE(Matches(network.unet.Forward(inputs),
                      Tightened(golden_->Out(kFile, "output_one_frame_t999"))));
}

TEST_P(DenoisingUnetGoldenTest, EverySubmoduleMatches) {
  const GoldenUnet network(*golden_);
  const ReferenceFeatures features = StoredFeatures(*golden_, kFile);
  DenoisingUnetInputs inputs = StoredInputs(*golden_, kFile);
  inputs.reference = &features;

  const StateDict recorded = golden_->All(kFile, "out.tap.");
  std::set<std::string> wanted;
  for (const auto& [name, tensor] : recorded) wanted.insert(name);
  Taps taps(wanted);
  network.unet.Forward(inputs, &taps);

  EXPECT_THAT(taps.Missing(), testing::IsEmpty());
  for (const auto& [name, tensor] : taps.outputs()) {
    const bool video = tensor.dim() == 4;
    EXPECT_TRUE(
        Matches(video ? UnfoldFrames(tensor, inputs.latents.size(2)) : tensor,
                golden_->Out(kFile, absl::StrCat("tap.", name))));
  }
}

TEST_P(DenoisingUnetGoldenTest, PoseOfOneRowServesAllRows) {
  const GoldenUnet network(*golden_);
  DenoisingUnetInputs inputs = StoredInputs(*golden_, kFile);
  const at::Tensor both = network.unet.Forward(inputs);
  inputs.pose_features = inputs.pose_features.narrow(0, 0, 1);
  EXPECT_TRUE(at::equal(network.unet.Forward(inputs), both));
}

TEST_P(DenoisingUnetGoldenTest, RowWithoutReferenceDoesNotDependOnIt) {
  const GoldenUnet network(*golden_);
  const ReferenceFeatures features = StoredFeatures(*golden_, kFile);
  ReferenceFeatures other = features;
  for (ReferenceFeatures::Block& block : other.blocks) {
    block.tokens = block.tokens * 2;
  }
  DenoisingUnetInputs inputs = StoredInputs(*golden_, kFile);
  inputs.reference = &features;
  const at::Tensor first = network.unet.Forward(inputs);
  inputs.reference = &other;
  const at::Tensor second = network.unet.Forward(inputs);
  EXPECT_TRUE(at::equal(first[0], second[0]));
  EXPECT_FALSE(at::equal(first[1], second[1]));
}

INSTANTIATE_TEST_SUITE_P(Golden, DenoisingUnetGoldenTest,
                         testing::Values("nano", "tiny"),
                         [](const auto& test) { return test.param; });

TEST(DenoisingUnetSquareGoldenTest, MatchesTheReferenceAtPowersOfTwo) {
  const std::unique_ptr<Golden> golden = Golden::Open("tiny");
  if (golden == nullptr) GTEST_SKIP() << "no golden data \"tiny\" here";
  const std::string file = "denoising_unet_square";
  const GoldenUnet network(*golden);
  const ReferenceFeatures features = StoredFeatures(*golden, file);
  DenoisingUnetInputs inputs = StoredInputs(*golden, file);
  EXPECT_TRUE(Matches(network.unet.Forward(inputs),
                      Tightened(golden->Out(file, "output_empty_bank"))));
  inputs.reference = &features;
  EXPECT_TRUE(Matches(network.unet.Forward(inputs),
                      Tightened(golden->Out(file, "output"))));
}

// A small network that differs from the published one wherever the
// configuration lets it.
UnetConfig OddConfig() {
  return {.in_channels = 3,
          .out_channels = 5,
          .block_out_channels = {32, 64, 96},
          .layers_per_block = {1, 2, 1},
          .down_attention = {true, false, true},
          .up_attention = {false, true, true},
          .num_attention_heads = {2, 4, 8},
          .transformer_layers_per_block = {2, 1, 3},
          .cross_attention_dim = 12,
          .norm_num_groups = 8,
          .use_linear_projection = true,
          .flip_sin_to_cos = false,
          .freq_shift = 1,
          .time_embedding_dim = 20};
}

MotionConfig OddMotion() {
  return {.motion_module_resolutions = {1, 4},
          .motion_module_mid_block = false,
          .motion_module_decoder_only = true,
          .num_attention_heads = 4,
          .num_transformer_block = 2,
          .num_attention_blocks = 1,
          .temporal_attention_dim_div = 2};
}

StateDict OddWeights() {
  return RandomWeights([](const Scope& scope) {
    DenoisingUnet(scope, OddConfig(), OddMotion());
  });
}

DenoisingUnetInputs OddInputs(int64_t frames, int64_t height, int64_t width) {
  return {.latents = RandomTensor({2, 3, frames, height, width}, 1),
          .timesteps = at::tensor({17, 900}),
          .encoder_hidden_states = RandomTensor({2, 2, 12}, 2),
          .pose_features = RandomTensor({2, 32, frames, height, width}, 3)};
}

TEST(DenoisingUnetTest, TopologyComesFromTheConfiguration) {
  Parameters parameters(OddWeights());
  const DenoisingUnet unet(Scope(parameters), OddConfig(), OddMotion());
  EXPECT_EQ(parameters.Verify("unet"), absl::OkStatus());
  EXPECT_THAT(unet.transformer_blocks(), testing::SizeIs(2 + 3 + 3 + 6 + 3));
  // One module per up layer of levels 2 and 0: decoder only, no mid block.
  int motion_keys = 0;
  for (const auto& [key, tensor] : parameters.state_dict()) {
    EXPECT_FALSE(absl::StrContains(key, "down_blocks") &&
                 absl::StrContains(key, "motion_modules"));
    motion_keys += absl::EndsWith(key, "temporal_transformer.norm.weight");
  }
  EXPECT_EQ(motion_keys, 4);
  EXPECT_EQ(unet.Forward(OddInputs(3, 8, 4)).sizes(),
            at::IntArrayRef({2, 5, 3, 8, 4}));
}

TEST(DenoisingUnetTest, AnySizeGoesDownAndUpAgain) {
  Parameters parameters(OddWeights());
  const DenoisingUnet unet(Scope(parameters), OddConfig(), OddMotion());
  for (const auto& [height, width] : std::vector<std::pair<int64_t, int64_t>>{
           {1, 1}, {5, 7}, {6, 9}, {4, 2}}) {
    EXPECT_EQ(unet.Forward(OddInputs(2, height, width)).sizes(),
              at::IntArrayRef({2, 5, 2, height, width}));
  }
}

TEST(DenoisingUnetTest, ClipsOfABatchDoNotMix) {
  Parameters parameters(OddWeights());
  const DenoisingUnet unet(Scope(parameters), OddConfig(), OddMotion());
  const DenoisingUnetInputs both = OddInputs(3, 5, 4);
  const at::Tensor together = unet.Forward(both);
  for (int64_t b = 0; b < 2; ++b) {
    const at::Tensor alone = unet.Forward(
        {.latents = both.latents.narrow(0, b, 1),
         .timesteps = both.timesteps.narrow(0, b, 1),
         .encoder_hidden_states = both.encoder_hidden_states.narrow(0, b, 1),
         .pose_features = both.pose_features.narrow(0, b, 1)});
    EXPECT_LT(DifferenceOf(alone[0], together[b]).rms, 1e-5);
  }
}

// Output of frame 0 when the latents of frame 1 are changed.
struct FrameInfluence {
  at::Tensor before, after;
};
FrameInfluence InfluenceOfFrame1(const DenoisingUnet& unet) {
  DenoisingUnetInputs inputs = OddInputs(2, 4, 4);
  const at::Tensor before = unet.Forward(inputs).select(2, 0);
  inputs.latents = at::cat(
      {inputs.latents.narrow(2, 0, 1), inputs.latents.narrow(2, 1, 1) + 1}, 2);
  return {before, unet.Forward(inputs).select(2, 0)};
}

TEST(DenoisingUnetTest, ZeroMotionModulesLeaveFramesIndependent) {
  StateDict weights = OddWeights();
  {
    Parameters parameters(weights);
    const FrameInfluence influence = InfluenceOfFrame1(
        DenoisingUnet(Scope(parameters), OddConfig(), OddMotion()));
    EXPECT_GT(DifferenceOf(influence.after, influence.before).rms, 1e-3);
  }
  for (auto& [key, tensor] : weights) {
    if (absl::StrContains(key, "temporal_transformer.proj_out")) {
      tensor = at::zeros_like(tensor);
    }
  }
  Parameters parameters(weights);
  const FrameInfluence influence = InfluenceOfFrame1(
      DenoisingUnet(Scope(parameters), OddConfig(), OddMotion()));
  EXPECT_LT(DifferenceOf(influence.after, influence.before).rms, 1e-6);
}

ReferenceFeatures RandomFeatures(const DenoisingUnet& unet,
                                 const DenoisingUnetInputs& inputs) {
  // Token counts and widths, learnt from a run that records nothing else.
  ReferenceFeatures features;
  for (const std::string& name : unet.transformer_blocks()) {
    const bool top = absl::StartsWith(name, "down_blocks.0");
    const bool bottom = absl::StartsWith(name, "down_blocks.2") ||
                        absl::StartsWith(name, "mid_block") ||
                        absl::StartsWith(name, "up_blocks.0");
    const int64_t divisor = top ? 1 : bottom ? 4 : 2;
    const int64_t channels = top ? 32 : bottom ? 96 : 64;
    const int64_t tokens =
        (inputs.latents.size(3) / divisor) * (inputs.latents.size(4) / divisor);
    features.blocks.push_back({name, RandomTensor({1, tokens, channels}, 9)});
  }
  return features;
}

TEST(DenoisingUnetTest, GradientsReachEveryKindOfWeightAndTheReference) {
  StateDict weights = OddWeights();
  const std::vector<std::string> probes = {
      "conv_in.weight",
      "time_embedding.linear_1.weight",
      "down_blocks.0.attentions.0.transformer_blocks.1.attn1.to_k.weight",
      "mid_block.resnets.1.conv2.weight",
      "up_blocks.2.motion_modules.0.temporal_transformer.proj_in.weight",
      "conv_norm_out.weight"};
  for (const std::string& key : probes) weights.at(key).requires_grad_(true);
  Parameters parameters(weights);
  const DenoisingUnet unet(Scope(parameters), OddConfig(), OddMotion());
  DenoisingUnetInputs inputs = OddInputs(2, 4, 4);
  ReferenceFeatures features = RandomFeatures(unet, inputs);
  features.blocks[0].tokens.requires_grad_(true);
  inputs.reference = &features;
  inputs.reference_rows = {0, kNoReference};

  unet.Forward(inputs).square().mean().backward();
  for (const std::string& key : probes) {
    const at::Tensor& gradient = weights.at(key).grad();
    ASSERT_TRUE(gradient.defined()) << key;
    EXPECT_GT(gradient.abs().sum().item<double>(), 0.0) << key;
  }
  EXPECT_GT(features.blocks[0].tokens.grad().abs().sum().item<double>(), 0.0);
}

TEST(DenoisingUnetTest, PoseFeaturesOfLatentWidthAreAddedToTheLatents) {
  Parameters parameters(OddWeights());
  const DenoisingUnet unet(Scope(parameters), OddConfig(), OddMotion());
  DenoisingUnetInputs inputs = OddInputs(2, 4, 4);
  DenoisingUnetInputs sum = inputs;
  std::vector<int64_t> shape = inputs.latents.sizes().vec();
  shape[0] = 1;  // the same poses for all rows
  inputs.pose_features = RandomTensor(shape, 5);
  sum.latents = sum.latents + inputs.pose_features;
  sum.pose_features = at::Tensor();
  EXPECT_LT(DifferenceOf(unet.Forward(inputs), unet.Forward(sum)).rms, 1e-6);
}

TEST(DenoisingUnetTest, RefusesInputsThatDoNotFitEachOther) {
  Parameters parameters(OddWeights());
  const DenoisingUnet unet(Scope(parameters), OddConfig(), OddMotion());
  const DenoisingUnetInputs good = OddInputs(2, 4, 4);

  DenoisingUnetInputs bad = good;
  bad.pose_features = RandomTensor({2, 32, 3, 4, 4});
  EXPECT_THROW(unet.Forward(bad), c10::Error);

  const ReferenceFeatures features = RandomFeatures(unet, good);
  bad = good;
  bad.reference = &features;  // but no reference_rows
  EXPECT_THROW(unet.Forward(bad), c10::Error);
  bad.reference_rows = {kNoReference, 1};  // features have one row
  EXPECT_THROW(unet.Forward(bad), c10::Error);

  ReferenceFeatures other = features;
  other.blocks[2].name = "down_blocks.7.attentions.0.transformer_blocks.0";
  bad.reference = &other;
  bad.reference_rows = {0, 0};
  EXPECT_THROW(unet.Forward(bad), c10::Error);

  bad = good;
  bad.timesteps = at::tensor({1, 2, 3});
  EXPECT_THROW(unet.Forward(bad), c10::Error);

  // 16 positions in the random weights.
  EXPECT_THROW(unet.Forward(OddInputs(17, 2, 2)), c10::Error);
}

}  // namespace
}  // namespace animate
