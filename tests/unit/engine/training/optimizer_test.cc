#include "engine/training/optimizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>

namespace animate {
namespace {

using ::testing::Key;
using ::testing::UnorderedElementsAre;

StateDict SomeLeaves() {
  StateDict leaves;
  for (const auto& [key, shape] : std::map<std::string, std::vector<int64_t>>{
           {"conv_in.weight", {4, 2, 3, 3}},
           {"down.resnets.0.conv1.weight", {4, 4, 3, 3}},
           {"down.resnets.0.conv1.bias", {4}},
           {"down.resnets.0.norm1.weight", {4}},
           {"down.attentions.0.to_q.weight", {4, 4}},
           {"class_embedding", {4}}}) {
    leaves[key] = at::ones(shape, at::kFloat).requires_grad_();
    leaves[key].mutable_grad() = at::full(shape, 0.5, at::kFloat);
  }
  return leaves;
}

TEST(Optimizer, GivesOnlyHiddenMatricesToMuon) {
  const StateDict leaves = SomeLeaves();
  const Optimizer optimizer(leaves, {.kind = OptimizerKind::kMuon});
  EXPECT_EQ(optimizer.exp_avg().size(), leaves.size());
  EXPECT_THAT(
      optimizer.exp_avg_sq(),
      UnorderedElementsAre(Key("conv_in.weight"), Key("class_embedding"),
                           Key("down.resnets.0.conv1.bias"),
                           Key("down.resnets.0.norm1.weight")));
}

TEST(Optimizer, GivesEverythingToAdamWOtherwise) {
  const StateDict leaves = SomeLeaves();
  const Optimizer optimizer(leaves, {});
  EXPECT_EQ(optimizer.exp_avg().size(), leaves.size());
  EXPECT_EQ(optimizer.exp_avg_sq().size(), leaves.size());
}

TEST(Optimizer, MovesEveryLeaf) {
  for (const OptimizerKind kind :
       {OptimizerKind::kAdamW, OptimizerKind::kMuon}) {
    const StateDict leaves = SomeLeaves();
    Optimizer optimizer(leaves, {.kind = kind});
    optimizer.Step(0.01);
    EXPECT_EQ(optimizer.updates(), 1);
    for (const auto& [key, leaf] : leaves) {
      EXPECT_LT(leaf.max().item<double>(), 1.0) << key;
    }
  }
}

}  // namespace
}  // namespace animate
