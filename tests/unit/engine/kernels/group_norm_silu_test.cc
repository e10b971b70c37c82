#include "engine/kernels/group_norm_silu.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sigmoid.h>
#include <gtest/gtest.h>

namespace animate::kernels {
namespace {

// The definition, in fp64.
at::Tensor ExpectedNormSilu(const GroupNormSiluArguments& a) {
  const at::Tensor x = a.x.to(at::kDouble);
  const at::Tensor groups = x.contiguous().view({x.size(0), a.num_groups, -1});
  const at::Tensor centred = groups - groups.mean(-1, true);
  const at::Tensor variance = (centred * centred).mean(-1, true);
  const at::Tensor y = (centred / (variance + a.eps).sqrt()).view(x.sizes()) *
                           a.weight.to(at::kDouble).view({1, -1, 1, 1}) +
                       a.bias.to(at::kDouble).view({1, -1, 1, 1});
  return y * at::sigmoid(y);
}

GroupNormSiluArguments Arguments(at::MemoryFormat format) {
  return {.x = (at::randn({2, 24, 5, 7}) * 3 + 1).contiguous(format),
          .weight = at::randn({24}),
          .bias = at::randn({24}),
          .num_groups = 8,
          .eps = 1e-6};
}

TEST(GroupNormSiluTest, IsTheDefinition) {
  for (const at::MemoryFormat format :
       {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const GroupNormSiluArguments arguments = Arguments(format);
    EXPECT_TRUE(at::allclose(GroupNormSilu(arguments).to(at::kDouble),
                             ExpectedNormSilu(arguments), 1e-5, 1e-5));
  }
}

TEST(GroupNormSiluTest, KeepsTheMemoryFormat) {
  EXPECT_TRUE(GroupNormSilu(Arguments(at::MemoryFormat::ChannelsLast))
                  .is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_TRUE(
      GroupNormSilu(Arguments(at::MemoryFormat::Contiguous)).is_contiguous());
}

TEST(GroupNormSiluTest, GradientsFlow) {
  GroupNormSiluArguments arguments = Arguments(at::MemoryFormat::Contiguous);
  arguments.x.requires_grad_(true);
  GroupNormSilu(arguments).sum().backward();
  EXPECT_TRUE(arguments.x.grad().defined());
}

TEST(GroupNormSiluTest, ThrowsForGroupsThatDoNotDivideTheChannels) {
  GroupNormSiluArguments arguments = Arguments(at::MemoryFormat::Contiguous);
  arguments.num_groups = 7;
  EXPECT_THROW(GroupNormSilu(arguments), c10::Error);
}

}  // namespace
}  // namespace animate::kernels
