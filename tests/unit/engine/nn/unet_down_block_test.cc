#include "engine/nn/unet_down_block.h"

#include <ATen/core/Tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

UnetDownBlockConfig DownConfig(std::optional<int64_t> downsample_padding) {
  return {
      .in_channels = 4,
      .num_layers = 2,
      .layer = {.out_channels = 8, .temb_channels = 6, .norm_num_groups = 4},
      .downsample_padding = downsample_padding};
}

at::Tensor RunDownBlock(const UnetDownBlockConfig& config,
                        std::vector<at::Tensor>& skips) {
  Parameters parameters(
      RandomWeights([&](const Scope& scope) { UnetDownBlock(scope, config); }));
  ForwardContext context;
  context.temb = RandomTensor({1, 6});
  return UnetDownBlock(Scope(parameters), config)
      .Forward(RandomTensor({1, 4, 5, 4}), context, skips);
}

TEST(UnetDownBlockTest, SkipsAreEveryLayerAndTheDownsampler) {
  std::vector<at::Tensor> skips;
  const at::Tensor y = RunDownBlock(DownConfig(1), skips);
  EXPECT_EQ(y.sizes(), at::IntArrayRef({1, 8, 3, 2}));
  ASSERT_THAT(skips, testing::SizeIs(3));
  EXPECT_EQ(skips[0].sizes(), at::IntArrayRef({1, 8, 5, 4}));
  EXPECT_EQ(skips[1].sizes(), at::IntArrayRef({1, 8, 5, 4}));
  EXPECT_TRUE(skips[2].is_same(y));
}

TEST(UnetDownBlockTest, LastBlockKeepsTheSize) {
  std::vector<at::Tensor> skips;
  const at::Tensor y = RunDownBlock(DownConfig(std::nullopt), skips);
  EXPECT_EQ(y.sizes(), at::IntArrayRef({1, 8, 5, 4}));
  ASSERT_THAT(skips, testing::SizeIs(2));
  EXPECT_TRUE(skips[1].is_same(y));
}

}  // namespace
}  // namespace animate::nn
