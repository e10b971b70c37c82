#include "tools/model/random_values.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <vector>

namespace animate {
namespace {

at::Tensor Draw(const std::string& key, const std::vector<int64_t>& shape,
                at::ScalarType dtype = at::kFloat, uint64_t seed = 1) {
  return RandomValues(
      key, at::empty(shape, at::TensorOptions(dtype).device(c10::kMeta)), seed);
}

TEST(RandomValuesTest, DependsOnKeyAndSeedOnly) {
  const at::Tensor drawn = Draw("a.weight", {32, 8});
  EXPECT_TRUE(at::equal(drawn, Draw("a.weight", {32, 8})));
  EXPECT_FALSE(at::equal(drawn, Draw("b.weight", {32, 8})));
  EXPECT_FALSE(at::equal(drawn, Draw("a.weight", {32, 8}, at::kFloat, 2)));
  EXPECT_TRUE(
      at::equal(drawn.to(at::kHalf), Draw("a.weight", {32, 8}, at::kHalf)));
}

TEST(RandomValuesTest, KeepsActivationsNearOne) {
  EXPECT_NEAR(Draw("conv.weight", {64, 100, 3, 3}).std().item<double>(),
              1 / std::sqrt(900.0), 1e-3);
  EXPECT_NEAR(Draw("norm1.weight", {1000}).mean().item<double>(), 1, 0.02);
  EXPECT_LT(Draw("norm1.bias", {1000}).abs().max().item<double>(), 0.2);
  EXPECT_NEAR(Draw("vision_model.embeddings.class_embedding", {4000})
                  .std()
                  .item<double>(),
              0.02, 2e-3);
}

TEST(RandomValuesTest, BuffersAreThoseOfRealCheckpoints) {
  const at::Tensor pe = Draw("x.pos_encoder.pe", {1, 24, 8});
  EXPECT_FLOAT_EQ(pe[0][0][1].item<float>(), 1.0f);
  EXPECT_FLOAT_EQ(pe[0][3][0].item<float>(), std::sin(3.0f));
  EXPECT_EQ(Draw("x.position_ids", {1, 5}, at::kLong)[0][4].item<int64_t>(), 4);
}

}  // namespace
}  // namespace animate
