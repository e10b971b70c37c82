#include "engine/diffusion/guidance.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

namespace animate {
namespace {

const at::Tensor& Rows() {
  static const at::Tensor rows =
      at::stack({at::tensor({1.0, 2.0}), at::tensor({3.0, -1.0})});
  return rows;
}

TEST(GuidanceTest, PushesAwayFromTheUnconditionalRow) {
  EXPECT_TRUE(at::allclose(ApplyGuidance(Rows(), 3.5),
                           at::tensor({8.0, -8.5}).unsqueeze(0)));
}

TEST(GuidanceTest, ScaleOneIsTheConditionalRow) {
  EXPECT_TRUE(at::allclose(ApplyGuidance(Rows(), 1.0), Rows().narrow(0, 1, 1)));
}

TEST(GuidanceTest, ScaleZeroIsTheUnconditionalRow) {
  EXPECT_TRUE(at::allclose(ApplyGuidance(Rows(), 0.0), Rows().narrow(0, 0, 1)));
}

TEST(GuidanceTest, NeedsTwoRows) {
  EXPECT_THROW(ApplyGuidance(Rows().narrow(0, 0, 1), 2.0), c10::Error);
}

}  // namespace
}  // namespace animate
