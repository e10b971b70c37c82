#include "engine/nn/clip_layers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/erf.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

constexpr ClipLayerConfig kClipConfig = {
    .hidden_size = 6, .intermediate_size = 10, .heads = 2};

at::Tensor Apply(const StateDict& weights, const at::Tensor& x,
                 const std::string& name) {
  return at::linear(x, weights.at(name + ".weight"),
                    weights.at(name + ".bias"));
}

TEST(ClipAttentionTest, ScalesTheQueryWithItsBias) {
  StateDict weights = RandomWeights(
      [](const Scope& scope) { ClipAttention(scope, kClipConfig); });
  weights["q_proj.bias"] = weights["q_proj.bias"] * 50;
  Parameters parameters(weights);
  const at::Tensor x = RandomTensor({2, 5, 6}, 90, 5.0);
  const at::Tensor q = Apply(weights, x, "q_proj") / std::sqrt(3.0);
  const at::Tensor k = Apply(weights, x, "k_proj");
  const at::Tensor v = Apply(weights, x, "v_proj");
  std::vector<at::Tensor> heads;
  for (int64_t h = 0; h < 2; ++h) {
    const at::Tensor scores = at::matmul(
        q.narrow(-1, 3 * h, 3), k.narrow(-1, 3 * h, 3).transpose(1, 2));
    heads.push_back(
        at::matmul(at::softmax(scores, -1), v.narrow(-1, 3 * h, 3)));
  }
  EXPECT_TRUE(
      at::allclose(ClipAttention(Scope(parameters), kClipConfig).Forward(x),
                   Apply(weights, at::cat(heads, -1), "out_proj"), 1e-4, 1e-5));
}

TEST(ClipMlpTest, ActivationIsQuickOrExactGelu) {
  const StateDict weights =
      RandomWeights([](const Scope& scope) { ClipMlp(scope, kClipConfig); });
  Parameters parameters(weights);
  const at::Tensor x = RandomTensor({2, 5, 6}, 91, 10.0);
  const at::Tensor hidden = Apply(weights, x, "fc1");
  EXPECT_TRUE(at::allclose(
      ClipMlp(Scope(parameters), kClipConfig).Forward(x),
      Apply(weights, hidden / (1 + at::exp(-1.702 * hidden)), "fc2"), 1e-4,
      1e-5));
  ClipLayerConfig exact = kClipConfig;
  exact.hidden_act = ClipActivation::kGelu;
  EXPECT_TRUE(at::allclose(
      ClipMlp(Scope(parameters), exact).Forward(x),
      Apply(weights, hidden * 0.5 * (1 + at::erf(hidden / std::sqrt(2.0))),
            "fc2"),
      1e-4, 1e-5));
}

TEST(ClipEncoderLayerTest, KeysAreThoseOfTransformers) {
  const StateDict weights = RandomWeights(
      [](const Scope& scope) { ClipEncoderLayer(scope, kClipConfig); });
  for (const char* key : {"self_attn.out_proj.bias", "layer_norm1.weight",
                          "layer_norm2.bias", "mlp.fc1.weight"}) {
    EXPECT_EQ(weights.count(key), 1u) << key;
  }
  Parameters parameters(weights);
  EXPECT_EQ(ClipEncoderLayer(Scope(parameters), kClipConfig)
                .Forward(RandomTensor({2, 5, 6}))
                .sizes(),
            at::IntArrayRef({2, 5, 6}));
}

}  // namespace
}  // namespace animate::nn
