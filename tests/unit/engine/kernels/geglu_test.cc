#include "engine/kernels/geglu.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/erf.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <cmath>

namespace animate::kernels {
namespace {

TEST(GegluTest, IsValueTimesTheExactGeluOfTheGate) {
  const at::Tensor x = at::randn({2, 3, 10});
  const at::Tensor value = x.narrow(-1, 0, 5).to(at::kDouble);
  const at::Tensor gate = x.narrow(-1, 5, 5).to(at::kDouble);
  const at::Tensor expected =
      value * gate * 0.5 * (1 + at::erf(gate / std::sqrt(2.0)));
  EXPECT_TRUE(at::allclose(Geglu(x).to(at::kDouble), expected, 1e-5, 1e-6));
}

TEST(GegluTest, ThrowsForAnOddWidth) {
  EXPECT_THROW(Geglu(at::randn({2, 5})), c10::Error);
}

}  // namespace
}  // namespace animate::kernels
