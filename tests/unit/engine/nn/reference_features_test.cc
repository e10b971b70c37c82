#include "engine/nn/reference_features.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace animate {
namespace {

TEST(ReferenceFeaturesTest, FindsByName) {
  const at::Tensor tokens = at::tensor({1.0});
  const ReferenceFeatures features{{{"a", at::tensor({0.0})}, {"b", tokens}}};
  EXPECT_TRUE(features.Find("b").is_same(tokens));
  EXPECT_FALSE(features.Find("c").defined());
  EXPECT_FALSE(features.empty());
  EXPECT_TRUE(ReferenceFeatures().empty());
}

TEST(ReferenceFeaturesTest, RoundingKeepsTheTypeButOnlyTheBitsOfHalf) {
  const float third = 1.0f / 3.0f;
  const ReferenceFeatures features{{{"a", at::tensor({third, 0.5f})}}};
  const at::Tensor rounded = features.RoundedToHalf().Find("a");
  EXPECT_EQ(rounded.scalar_type(), c10::ScalarType::Float);
  EXPECT_EQ(rounded[0].item<float>(), 0.333251953125f);
  EXPECT_EQ(rounded[1].item<float>(), 0.5f);
  EXPECT_EQ(features.Find("a")[0].item<float>(), third);
}

}  // namespace
}  // namespace animate
