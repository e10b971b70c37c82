#include "engine/nn/rows.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

namespace animate::nn {
namespace {

TEST(RepeatRowsTest, EachRowServesConsecutiveRows) {
  const at::Tensor x = at::tensor({1.0, 2.0}).unsqueeze(1);
  const at::Tensor want =
      at::tensor({1.0, 1.0, 1.0, 2.0, 2.0, 2.0}).unsqueeze(1);
  EXPECT_TRUE(at::equal(RepeatRows(x, 6), want));
}

TEST(RepeatRowsTest, EnoughRowsAreReturnedUntouched) {
  const at::Tensor x = at::tensor({1.0, 2.0});
  EXPECT_TRUE(RepeatRows(x, 2).is_same(x));
}

TEST(RepeatRowsTest, RefusesUnequalShares) {
  EXPECT_THROW(RepeatRows(at::tensor({1.0, 2.0}), 3), c10::Error);
}

}  // namespace
}  // namespace animate::nn
