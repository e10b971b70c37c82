#include "engine/nn/exact_shortcuts.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/autoencoder_kl.h"
#include "engine/tensor/parameters.h"
#include "tests/support/op_counts.h"
#include "tests/support/random_weights.h"
#include "tests/unit/engine/model/shortcut_networks.h"

namespace animate {
namespace {

struct Switch {
  const char* name;
  bool ExactShortcuts::*field;
};

constexpr Switch kSwitches[] = {
    {"ConstantCrossAttention", &ExactShortcuts::constant_cross_attention},
    {"CachedReference", &ExactShortcuts::cached_reference},
    {"StopAfterLastFeature", &ExactShortcuts::stop_after_last_feature},
    {"SplitAttention", &ExactShortcuts::split_attention},
    {"SharedFront", &ExactShortcuts::shared_front},
    {"SubpixelUpsampling", &ExactShortcuts::subpixel_upsampling},
    {"FoldedTimeShifts", &ExactShortcuts::folded_time_shifts},
    {"FusedProjections", &ExactShortcuts::fused_projections},
    {"ChannelsLast", &ExactShortcuts::channels_last},
};

ExactShortcuts Only(const Switch& one) {
  ExactShortcuts shortcuts = ExactShortcuts::None();
  shortcuts.*one.field = true;
  return shortcuts;
}

// 512x784 and 520x776 are 98x64 and 97x65 cells; these have the same odd sides
// on their way down: 14, 7, 4, 2 and 9, 5, 3, 2 and 13, 7, 4, 2.
const std::vector<std::pair<int64_t, int64_t>> kOddSizes = {{14, 9}, {13, 9}};

// One guided prediction as a denoising loop makes it.
at::Tensor Predict(const Networks& networks, int64_t h, int64_t w) {
  const ReferenceFeatures features = Features(networks, h, w);
  const PreparedConditioning conditioning =
      networks.denoising.Prepare(Guided(features));
  const PreparedTimestep time =
      networks.denoising.PrepareTimesteps({999, 321}).at(1);
  return networks.denoising.ForwardWindows(
      conditioning, time,
      networks.denoising.ForwardFrames(conditioning, time, Frames(3, h, w)), 3);
}

class ExactShortcutTest : public testing::TestWithParam<Switch> {};

TEST_P(ExactShortcutTest, AloneChangesNothingButRounding) {
  const Networks plain(ExactShortcuts::None());
  const Networks one(Only(GetParam()));
  for (const auto& [h, w] : kOddSizes) {
    EXPECT_TRUE(Close(Predict(one, h, w), Predict(plain, h, w)));
  }
}

INSTANTIATE_TEST_SUITE_P(Each, ExactShortcutTest, testing::ValuesIn(kSwitches),
                         [](const auto& test) { return test.param.name; });

TEST(ExactShortcutsTest, TogetherTheyChangeNothingButRounding) {
  const Networks plain(ExactShortcuts::None());
  const Networks all{ExactShortcuts{}};
  for (const auto& [h, w] : kOddSizes) {
    EXPECT_TRUE(Close(Predict(all, h, w), Predict(plain, h, w)));
  }
}

TEST(ExactShortcutsTest, EveryOneIsOnByDefaultAndOffInNone) {
  for (const Switch& one : kSwitches) {
    EXPECT_TRUE(ExactShortcuts{}.*one.field) << one.name;
    EXPECT_FALSE(ExactShortcuts::None().*one.field) << one.name;
  }
  // The last is no shortcut: it saves memory, for training.
  EXPECT_FALSE(ExactShortcuts{}.recomputed_activations);
  EXPECT_FALSE(ExactShortcuts::None().recomputed_activations);
  EXPECT_EQ(sizeof(ExactShortcuts), std::size(kSwitches) + 1);
}

TEST(ExactShortcutsTest, OneCallGivesWhatTheFourGive) {
  const Networks networks{ExactShortcuts{}};
  const ReferenceFeatures features = Features(networks, 13, 9);
  const ConditioningInputs conditions = Guided(features);
  const FrameInputs frames = Frames(3, 13, 9);
  EXPECT_TRUE(
      Close(networks.denoising.Forward(
                {.latents = frames.latents.repeat({2, 1, 1, 1, 1}),
                 .timesteps = at::tensor(321),
                 .encoder_hidden_states = conditions.encoder_hidden_states,
                 .pose_features = frames.pose_features,
                 .reference = &features,
                 .reference_rows = {kNoReference, 0}}),
            Predict(networks, 13, 9)));
}

TEST(ReferenceUnetTest, StopsAtTheLastFeature) {
  const Networks stopping{ExactShortcuts{}};
  ExactShortcuts shortcuts;
  shortcuts.stop_after_last_feature = false;
  const Networks complete(shortcuts);
  const auto gelus = [](const Networks& networks) {
    return OpCounts([&] { Features(networks, 6, 5); })["aten::gelu_"];
  };
  EXPECT_EQ(gelus(complete), 16);
  EXPECT_EQ(gelus(stopping), 15);
}

TEST(AutoencoderShortcutsTest, DecodeAndEncodeTheSame) {
  const VaeConfig config{.block_out_channels = {16, 16, 32},
                         .layers_per_block = 1,
                         .norm_num_groups = 4};
  const StateDict weights =
      RandomWeights([&](const Scope& scope) { AutoencoderKL(scope, config); });
  Parameters first(weights);
  Parameters second(weights);
  const AutoencoderKL fast(Scope(first), config);
  const AutoencoderKL plain(Scope(second), config, ExactShortcuts::None());
  const at::Tensor latents = RandomTensor({1, 4, 7, 5}, 3);
  EXPECT_TRUE(Close(fast.Decode(latents), plain.Decode(latents)));
  const at::Tensor image = RandomTensor({1, 3, 28, 20}, 4);
  EXPECT_TRUE(Close(fast.Encode(image).mean, plain.Encode(image).mean));
}

TEST(ExactShortcutsTest, NoneReadsTheStateDictAtEveryCall) {
  const Networks networks(ExactShortcuts::None());
  const at::Tensor before = Predict(networks, 6, 5);
  for (const auto& [key, tensor] : networks.denoising_parameters.state_dict()) {
    tensor.mul_(1.01);
  }
  EXPECT_FALSE(at::equal(Predict(networks, 6, 5), before));
  StateDict changed = networks.denoising_parameters.state_dict();
  Parameters parameters(changed);
  const DenoisingUnet rebuilt(Scope(parameters), FourLevels(), FourHeads(),
                              ExactShortcuts::None());
  const ReferenceFeatures features = Features(networks, 6, 5);
  const auto predict = [&](const DenoisingUnet& unet) {
    const FrameInputs frames = Frames(2, 6, 5);
    return unet.Forward(
        {.latents = frames.latents.repeat({2, 1, 1, 1, 1}),
         .timesteps = at::tensor(321),
         .encoder_hidden_states = Guided(features).encoder_hidden_states,
         .pose_features = frames.pose_features,
         .reference = &features,
         .reference_rows = {kNoReference, 0}});
  };
  EXPECT_TRUE(at::equal(predict(networks.denoising), predict(rebuilt)));
}

}  // namespace
}  // namespace animate
