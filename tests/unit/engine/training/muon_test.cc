#include "engine/training/muon.h"

#include <gtest/gtest.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/diag.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>

#include <vector>

namespace animate {
namespace {

at::Tensor Random(std::vector<int64_t> shape, uint64_t seed) {
  return at::empty(shape, at::kFloat)
      .normal_(0, 1, at::make_generator<at::CPUGeneratorImpl>(seed));
}

// With orthonormal columns.
at::Tensor Basis(int64_t rows, int64_t columns, uint64_t seed) {
  return std::get<0>(at::linalg_qr(Random({rows, columns}, seed)));
}

TEST(NearestOrthogonal, KeepsDirectionsAndLevelsSizes) {
  // Singular values of three decades.
  const at::Tensor left = Basis(6, 4, 1);
  const at::Tensor right = Basis(9, 4, 2);
  const at::Tensor sizes = at::zeros({4}, at::kFloat).add_(at::full({4}, 1.0));
  sizes[1].fill_(0.3);
  sizes[2].fill_(0.1);
  sizes[3].fill_(0.01);
  const at::Tensor matrix =
      at::matmul(left, at::matmul(at::diag(5.0 * sizes), right.t()));
  for (const bool tall : {false, true}) {
    const at::Tensor input = tall ? matrix.t() : matrix;
    const at::Tensor result = NearestOrthogonal(input);
    ASSERT_EQ(result.sizes(), input.sizes());
    // In the bases of the input it is diagonal, with values near 1.
    const at::Tensor seen =
        at::matmul(left.t(), at::matmul(tall ? result.t() : result, right));
    const at::Tensor values = seen.diagonal();
    EXPECT_GT(values.min().item<double>(), 0.6);
    EXPECT_LT(values.max().item<double>(), 1.3);
    EXPECT_LT((seen - at::diag(values)).abs().max().item<double>(), 1e-3);
  }
}

TEST(NearestOrthogonal, DoesNotDependOnTheSizeOfTheMatrix) {
  const at::Tensor matrix = Random({5, 12}, 3);
  const at::Tensor result = NearestOrthogonal(matrix);
  EXPECT_TRUE(NearestOrthogonal(1e-4 * matrix).allclose(result, 1e-3, 1e-4));
  EXPECT_TRUE(NearestOrthogonal(1e4 * matrix).allclose(result, 1e-3, 1e-4));
}

TEST(NearestOrthogonal, LeavesZerosZero) {
  EXPECT_EQ(NearestOrthogonal(at::zeros({3, 4}, at::kFloat))
                .abs()
                .max()
                .item<float>(),
            0.0f);
}

TEST(Muon, MovesAConvolutionByTheSizeOfAnUpdateOfAdamW) {
  const at::Tensor start = Random({8, 4, 3, 3}, 4);
  const at::Tensor leaf = start.clone().requires_grad_();
  Muon optimizer({{"conv.weight", leaf}}, {.weight_decay = 0.0});
  leaf.mutable_grad() = Random({8, 4, 3, 3}, 5);
  optimizer.Step(0.1);
  const at::Tensor moved = leaf.detach() - start;
  const double size = moved.pow(2).mean().sqrt().item<double>();
  EXPECT_GT(size, 0.7 * 0.2 * 0.1);
  EXPECT_LT(size, 1.2 * 0.2 * 0.1);
  // Downhill.
  EXPECT_LT((moved * leaf.grad()).sum().item<double>(), 0.0);
}

TEST(Muon, RemembersEarlierGradients) {
  const at::Tensor gradient = Random({4, 6}, 6);
  const auto move = [&](double momentum) {
    const at::Tensor leaf = at::zeros({4, 6}, at::kFloat).requires_grad_();
    Muon optimizer({{"w.weight", leaf}},
                   {.momentum = momentum, .weight_decay = 0.0});
    leaf.mutable_grad() = gradient.clone();
    optimizer.Step(1.0);
    const at::Tensor before = leaf.detach().clone();
    // What came before outweighs a small gradient the other way.
    leaf.mutable_grad() = -0.1 * gradient;
    optimizer.Step(1.0);
    return ((leaf.detach() - before) * gradient).sum().item<double>();
  };
  EXPECT_LT(move(0.9), 0.0);
  EXPECT_GT(move(0.0), 0.0);
}

TEST(Muon, DecaysWeights) {
  const at::Tensor leaf = at::full({2, 2}, 4.0, at::kFloat).requires_grad_();
  Muon optimizer({{"w.weight", leaf}}, {.weight_decay = 0.5});
  leaf.mutable_grad() = at::zeros({2, 2}, at::kFloat);
  optimizer.Step(0.1);
  EXPECT_NEAR(leaf[1][0].item<double>(), 4.0 * (1.0 - 0.05), 1e-6);
}

}  // namespace
}  // namespace animate
