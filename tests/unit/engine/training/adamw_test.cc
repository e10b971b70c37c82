#include "engine/training/adamw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <c10/util/Exception.h>

namespace animate {
namespace {

// The formulas of the paper, in double precision, for one weight.
double PaperAdamW(double weight, const std::vector<double>& gradients,
                  double rate, const AdamWOptions& options) {
  double first = 0.0;
  double second = 0.0;
  for (size_t i = 0; i < gradients.size(); ++i) {
    const double t = static_cast<double>(i + 1);
    first = options.beta1 * first + (1 - options.beta1) * gradients[i];
    second = options.beta2 * second +
             (1 - options.beta2) * gradients[i] * gradients[i];
    const double unbiased_first = first / (1 - std::pow(options.beta1, t));
    const double unbiased_second = second / (1 - std::pow(options.beta2, t));
    weight -= rate * options.weight_decay * weight;
    weight -=
        rate * unbiased_first / (std::sqrt(unbiased_second) + options.eps);
  }
  return weight;
}

TEST(AdamW, MakesTheUpdatesOfThePaper) {
  const AdamWOptions options = {
      .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .weight_decay = 0.1};
  const at::Tensor leaf = at::full({}, 1.5, at::kFloat).requires_grad_();
  AdamW optimizer({{"w", leaf}}, options);
  const std::vector<double> gradients = {0.5, -0.2, 1.0, 0.01};
  for (const double gradient : gradients) {
    leaf.mutable_grad() = at::full({}, gradient, at::kFloat);
    optimizer.Step(0.01);
  }
  EXPECT_NEAR(leaf.item<double>(), PaperAdamW(1.5, gradients, 0.01, options),
              1e-6);
  EXPECT_EQ(optimizer.updates(), 4);
}

TEST(AdamW, ContinuesFromRestoredMoments) {
  const std::vector<double> gradients = {0.5, -0.2, 1.0};
  const at::Tensor leaf = at::full({}, 1.5, at::kFloat).requires_grad_();
  AdamW first({{"w", leaf}}, {});
  for (int i = 0; i < 2; ++i) {
    leaf.mutable_grad() =
        at::full({}, gradients[static_cast<size_t>(i)]).to(at::kFloat);
    first.Step(0.1);
  }
  AdamW second({{"w", leaf}}, {});
  second.exp_avg().at("w").copy_(first.exp_avg().at("w"));
  second.exp_avg_sq().at("w").copy_(first.exp_avg_sq().at("w"));
  second.set_updates(first.updates());
  leaf.mutable_grad() = at::full({}, gradients[2], at::kFloat);
  second.Step(0.1);
  EXPECT_NEAR(leaf.item<double>(), PaperAdamW(1.5, gradients, 0.1, {}), 1e-6);
}

TEST(AdamW, TrainsWeightsOfAnyDenseLayout) {
  const at::Tensor leaf = at::tensor({1.0f, 2.0f, 3.0f, 4.0f})
                              .view({2, 2})
                              .t()
                              .detach()
                              .requires_grad_();
  AdamW optimizer({{"w", leaf}}, {.weight_decay = 0.0});
  leaf.mutable_grad() = leaf.detach().clone();
  optimizer.Step(0.5);
  // The first step moves every weight by the learning rate.
  EXPECT_NEAR(leaf[0][1].item<double>(), 2.5, 1e-5);
  EXPECT_NEAR(leaf[1][0].item<double>(), 1.5, 1e-5);
}

TEST(AdamW, RefusesWeightsThatAreNotFloat32) {
  EXPECT_THROW(AdamW({{"w", at::ones({2}, at::kHalf)}}, {}), c10::Error);
}

}  // namespace
}  // namespace animate
