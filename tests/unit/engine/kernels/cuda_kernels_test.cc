#include "engine/kernels/cuda_kernels.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/kernels/geglu.h"
#include "engine/tensor/device.h"

namespace animate::kernels {
namespace {

constexpr at::ScalarType kTypes[] = {at::kFloat, at::kHalf, at::kBFloat16};

// How far a result may be from the reference's, relative to the largest value:
// some units in the last place of its type.
double Tolerance(at::ScalarType type) {
  return type == at::kFloat ? 2e-5 : type == at::kHalf ? 4e-3 : 3e-2;
}

void ExpectNear(const at::Tensor& y, const at::Tensor& reference) {
  ASSERT_TRUE(y.defined());
  const double scale = reference.to(at::kFloat).abs().max().item<double>();
  const double difference =
      (y.to(at::kFloat) - reference.to(at::kFloat)).abs().max().item<double>();
  EXPECT_LE(difference, Tolerance(y.scalar_type()) * scale)
      << y.sizes() << " " << y.scalar_type();
}

// Each kernel against the reference on the same GPU.
class CudaKernelsOnGpuTest : public testing::Test {
 protected:
  void SetUp() override {
    const absl::Status runtime = LoadCudaRuntime();
    if (!runtime.ok() || at::getNumGPUs() == 0) {
      GTEST_SKIP() << "no GPU: " << runtime.message();
    }
    const absl::Status status = LoadCudaKernels();
    if (!status.ok()) GTEST_SKIP() << status.message();
  }

  static at::Tensor Randn(at::IntArrayRef shape, at::ScalarType type) {
    return at::randn(shape, at::TensorOptions(at::kCUDA)).to(type);
  }

  const CudaKernels& kernels(const at::Tensor& tensor) const {
    return *CudaKernelsFor(tensor);
  }
};

TEST_F(CudaKernelsOnGpuTest, GroupNormSiluEqualsTheReference) {
  for (const at::ScalarType type : kTypes) {
    for (const std::vector<int64_t>& shape :
         {std::vector<int64_t>{2, 320, 64, 98},
          {3, 960, 7, 5},
          {1, 2560, 8, 13},
          {48, 1280, 1, 1}}) {
      const GroupNormSiluArguments arguments = {
          .x = (Randn(shape, at::kFloat) * 2 + 30)
                   .to(type)
                   .contiguous(at::MemoryFormat::ChannelsLast),
          .weight = Randn({shape[1]}, type),
          .bias = Randn({shape[1]}, type),
          .num_groups = 32,
          .eps = 1e-5};
      const at::Tensor y = kernels(arguments.x).group_norm_silu(arguments);
      ExpectNear(y, GroupNormSiluReference(arguments));
      EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
    }
  }
}

TEST_F(CudaKernelsOnGpuTest, GegluEqualsTheReference) {
  for (const at::ScalarType type : kTypes) {
    for (const int64_t features : {1280, 5120, 34}) {
      const at::Tensor x = Randn({3, 77, 2 * features}, type);
      ExpectNear(kernels(x).geglu(x), GegluReference(x));
    }
  }
}

TEST_F(CudaKernelsOnGpuTest, AddLayerNormEqualsTheReference) {
  for (const at::ScalarType type : kTypes) {
    for (const int64_t features : {320, 640, 1280, 7}) {
      const AddLayerNormArguments arguments = {
          .residual = Randn({5, 33, features}, type),
          .x = Randn({5, 33, features}, type),
          .weight = Randn({features}, type),
          .bias = Randn({features}, type),
          .eps = 1e-5};
      const AddLayerNormResult result =
          kernels(arguments.x).add_layer_norm(arguments);
      const AddLayerNormResult reference = AddLayerNormReference(arguments);
      ExpectNear(result.sum, reference.sum);
      ExpectNear(result.normalised, reference.normalised);
    }
  }
}

TEST_F(CudaKernelsOnGpuTest, TemporalAttentionEqualsTheReference) {
  for (const at::ScalarType type : kTypes) {
    for (const int64_t frames : {1, 4, 24, 32}) {
      for (const int64_t head_dim : {40, 80, 160}) {
        const int64_t width = 8 * head_dim;
        const at::Tensor qkv = Randn({1568, frames, 3 * width}, type);
        const TemporalAttentionArguments arguments = {
            .q = qkv.narrow(2, 0, width),
            .k = qkv.narrow(2, width, width),
            .v = qkv.narrow(2, 2 * width, width),
            .heads = 8};
        ExpectNear(kernels(qkv).temporal_attention(arguments),
                   TemporalAttentionReference(arguments));
      }
    }
  }
}

TEST_F(CudaKernelsOnGpuTest, GradientsKeepTheKernelsOut) {
  at::Tensor x = Randn({2, 8}, at::kFloat);
  x.requires_grad_(true);
  EXPECT_EQ(CudaKernelsFor(x), nullptr);
}

TEST(CudaKernelsTest, ThereAreNoneForATensorOnTheCpu) {
  EXPECT_EQ(CudaKernelsFor(at::randn({2, 2})), nullptr);
}

}  // namespace
}  // namespace animate::kernels
