#include "engine/kernels/add_layer_norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

namespace animate::kernels {
namespace {

TEST(AddLayerNormTest, ReturnsTheSumAndItsNorm) {
  const AddLayerNormArguments arguments = {.residual = at::randn({2, 3, 16}),
                                           .x = at::randn({2, 3, 16}),
                                           .weight = at::randn({16}),
                                           .bias = at::randn({16}),
                                           .eps = 1e-5};
  const AddLayerNormResult result = AddLayerNorm(arguments);
  const at::Tensor sum = arguments.residual + arguments.x;
  EXPECT_TRUE(at::equal(result.sum, sum));
  const at::Tensor wide = sum.to(at::kDouble);
  const at::Tensor centred = wide - wide.mean(-1, true);
  const at::Tensor expected =
      centred / ((centred * centred).mean(-1, true) + 1e-5).sqrt() *
          arguments.weight +
      arguments.bias;
  EXPECT_TRUE(
      at::allclose(result.normalised.to(at::kDouble), expected, 1e-5, 1e-5));
}

TEST(AddLayerNormTest, ThrowsForDifferentShapes) {
  EXPECT_THROW(AddLayerNorm({.residual = at::randn({2, 16}),
                             .x = at::randn({3, 16}),
                             .weight = at::randn({16}),
                             .bias = at::randn({16})}),
               c10::Error);
}

}  // namespace
}  // namespace animate::kernels
