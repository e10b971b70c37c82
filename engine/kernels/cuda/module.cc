// libanimate_cuda_kernels.so: from tensors to launches.
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <cmath>
#include <cstdint>
#include <optional>

#include "engine/kernels/cuda/launch.h"
#include "engine/kernels/cuda_kernels.h"

namespace animate::kernels {
namespace {

std::optional<Element> ElementOf(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return Element::kFloat;
    case at::kHalf:
      return Element::kHalf;
    case at::kBFloat16:
      return Element::kBFloat16;
    default:
      return std::nullopt;
  }
}

// Whether `parameters` are vectors of `size` values like those of `x`.
bool AreVectors(const at::Tensor& x, int64_t size,
                std::initializer_list<at::Tensor> parameters) {
  for (const at::Tensor& p : parameters) {
    if (!p.defined() || p.dim() != 1 || p.size(0) != size ||
        !p.is_contiguous() || p.scalar_type() != x.scalar_type() ||
        p.device() != x.device()) {
      return false;
    }
  }
  return true;
}

void Check(cudaError_t error) {
  TORCH_CHECK(error == cudaSuccess, "CUDA: ", cudaGetErrorString(error));
}

cudaStream_t CurrentStream() { return c10::cuda::getCurrentCUDAStream(); }

at::Tensor GroupNormSiluCuda(const GroupNormSiluArguments& a) {
  const std::optional<Element> element = ElementOf(a.x);
  if (!element.has_value() || a.x.dim() != 4 || a.x.numel() == 0 ||
      !a.x.is_contiguous(at::MemoryFormat::ChannelsLast)) {
    return {};
  }
  const int64_t channels = a.x.size(1);
  if (channels % 2 != 0 || channels > kMaxGroupNormChannels ||
      a.num_groups > 64 || channels % a.num_groups != 0 ||
      a.x.size(0) > 65535 || !AreVectors(a.x, channels, {a.weight, a.bias})) {
    return {};
  }
  const c10::cuda::CUDAGuard guard(a.x.device());
  const at::Tensor y = at::empty_like(a.x);
  GroupNormSiluLaunch launch = {.element = *element,
                                .x = a.x.const_data_ptr(),
                                .weight = a.weight.const_data_ptr(),
                                .bias = a.bias.const_data_ptr(),
                                .y = y.mutable_data_ptr(),
                                .workspace = nullptr,
                                .images = a.x.size(0),
                                .pixels = a.x.size(2) * a.x.size(3),
                                .channels = static_cast<int>(channels),
                                .groups = static_cast<int>(a.num_groups),
                                .eps = static_cast<float>(a.eps)};
  const at::Tensor workspace = at::empty({GroupNormSiluWorkspace(launch)},
                                         a.x.options().dtype(at::kFloat));
  launch.workspace = workspace.mutable_data_ptr<float>();
  Check(LaunchGroupNormSilu(launch, CurrentStream()));
  return y;
}

at::Tensor GegluCuda(const at::Tensor& x) {
  const std::optional<Element> element = ElementOf(x);
  const int64_t width = x.size(-1);
  if (!element.has_value() || x.numel() == 0 || width % 4 != 0 ||
      !x.is_contiguous()) {
    return {};
  }
  const c10::cuda::CUDAGuard guard(x.device());
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = width / 2;
  const at::Tensor y = at::empty(shape, x.options());
  Check(LaunchGeglu({.element = *element,
                     .x = x.const_data_ptr(),
                     .y = y.mutable_data_ptr(),
                     .rows = x.numel() / width,
                     .features = width / 2},
                    CurrentStream()));
  return y;
}

AddLayerNormResult AddLayerNormCuda(const AddLayerNormArguments& a) {
  const std::optional<Element> element = ElementOf(a.x);
  const int64_t features = a.x.size(-1);
  if (!element.has_value() || a.x.numel() == 0 ||
      features > kMaxLayerNormFeatures || a.residual.sizes() != a.x.sizes() ||
      a.residual.scalar_type() != a.x.scalar_type() || !a.x.is_contiguous() ||
      !a.residual.is_contiguous() ||
      !AreVectors(a.x, features, {a.weight, a.bias})) {
    return {};
  }
  const c10::cuda::CUDAGuard guard(a.x.device());
  AddLayerNormResult result = {at::empty_like(a.x), at::empty_like(a.x)};
  Check(LaunchAddLayerNorm({.element = *element,
                            .residual = a.residual.const_data_ptr(),
                            .x = a.x.const_data_ptr(),
                            .weight = a.weight.const_data_ptr(),
                            .bias = a.bias.const_data_ptr(),
                            .sum = result.sum.mutable_data_ptr(),
                            .normalised = result.normalised.mutable_data_ptr(),
                            .rows = a.x.numel() / features,
                            .features = static_cast<int>(features),
                            .eps = static_cast<float>(a.eps)},
                           CurrentStream()));
  return result;
}

at::Tensor TemporalAttentionCuda(const TemporalAttentionArguments& a) {
  const std::optional<Element> element = ElementOf(a.q);
  if (!element.has_value() || a.q.dim() != 3 || a.q.numel() == 0 ||
      a.q.sizes() != a.k.sizes() || a.q.sizes() != a.v.sizes() ||
      a.q.strides() != a.k.strides() || a.q.strides() != a.v.strides() ||
      a.q.scalar_type() != a.k.scalar_type() ||
      a.q.scalar_type() != a.v.scalar_type() || a.q.stride(2) != 1 ||
      a.q.size(1) > 32 || a.q.size(2) % a.heads != 0 ||
      a.q.size(2) / a.heads > kMaxTemporalHeadDim) {
    return {};
  }
  const c10::cuda::CUDAGuard guard(a.q.device());
  const int64_t head_dim = a.q.size(2) / a.heads;
  const at::Tensor y = at::empty(a.q.sizes(), a.q.options());
  Check(LaunchTemporalAttention(
      {.element = *element,
       .q = a.q.const_data_ptr(),
       .k = a.k.const_data_ptr(),
       .v = a.v.const_data_ptr(),
       .y = y.mutable_data_ptr(),
       .sequence_stride = a.q.stride(0),
       .frame_stride = a.q.stride(1),
       .sequences = a.q.size(0),
       .frames = static_cast<int>(a.q.size(1)),
       .heads = static_cast<int>(a.heads),
       .head_dim = static_cast<int>(head_dim),
       .scale = 1.0f / std::sqrt(static_cast<float>(head_dim))},
      CurrentStream()));
  return y;
}

}  // namespace
}  // namespace animate::kernels

extern "C" const animate::kernels::CudaKernels* AnimateCudaKernels() {
  using animate::kernels::CudaKernels;
  static const CudaKernels kKernels = {
      .group_norm_silu = animate::kernels::GroupNormSiluCuda,
      .geglu = animate::kernels::GegluCuda,
      .add_layer_norm = animate::kernels::AddLayerNormCuda,
      .temporal_attention = animate::kernels::TemporalAttentionCuda,
  };
  return &kKernels;
}
