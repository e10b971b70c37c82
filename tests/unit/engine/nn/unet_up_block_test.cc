#include "engine/nn/unet_up_block.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

UnetUpBlockConfig UpConfig(Upsampler upsampler) {
  return {
      .in_channels = 12,
      .last_skip_channels = 4,
      .num_layers = 2,
      .layer = {.out_channels = 8, .temb_channels = 6, .norm_num_groups = 4},
      .upsampler = upsampler};
}

at::Tensor RunUpBlock(Upsampler upsampler, std::vector<at::Tensor>& skips) {
  const UnetUpBlockConfig config = UpConfig(upsampler);
  Parameters parameters(
      RandomWeights([&](const Scope& scope) { UnetUpBlock(scope, config); }));
  ForwardContext context;
  context.temb = RandomTensor({1, 6});
  return UnetUpBlock(Scope(parameters), config)
      .Forward(RandomTensor({1, 12, 3, 2}), context, skips);
}

std::vector<at::Tensor> Skips() {
  return {RandomTensor({1, 4, 5, 4}, 1), RandomTensor({1, 4, 3, 2}, 2),
          RandomTensor({1, 8, 3, 2}, 3)};
}

TEST(UnetUpBlockTest, GrowsToTheSizeOfTheNextSkip) {
  std::vector<at::Tensor> skips = Skips();
  EXPECT_EQ(RunUpBlock(Upsampler::kPresent, skips).sizes(),
            at::IntArrayRef({1, 8, 5, 4}));
  EXPECT_THAT(skips, testing::SizeIs(1));
}

TEST(UnetUpBlockTest, EverySkipItTakesCounts) {
  std::vector<at::Tensor> skips = Skips();
  const at::Tensor y = RunUpBlock(Upsampler::kNone, skips);
  EXPECT_EQ(y.sizes(), at::IntArrayRef({1, 8, 3, 2}));
  for (const size_t changed : {size_t{1}, size_t{2}}) {
    skips = Skips();
    skips[changed] = skips[changed] + 1;
    EXPECT_FALSE(at::equal(RunUpBlock(Upsampler::kNone, skips), y));
  }
}

}  // namespace
}  // namespace animate::nn
