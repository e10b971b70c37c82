#include "engine/kernels/temporal_attention.h"

#include <ATen/ops/scaled_dot_product_attention.h>
#include <c10/util/Exception.h>

#include "engine/kernels/cuda_kernels.h"

namespace animate::kernels {

at::Tensor TemporalAttention(const TemporalAttentionArguments& arguments) {
  const CudaKernels* cuda = CudaKernelsFor(arguments.q);
  if (cuda != nullptr && cuda->temporal_attention != nullptr) {
    at::Tensor y = cuda->temporal_attention(arguments);
    if (y.defined()) return y;
  }
  return TemporalAttentionReference(arguments);
}

at::Tensor TemporalAttentionReference(
    const TemporalAttentionArguments& arguments) {
  TORCH_CHECK(arguments.q.dim() == 3 &&
                  arguments.q.sizes() == arguments.k.sizes() &&
                  arguments.q.sizes() == arguments.v.sizes() &&
                  arguments.q.size(2) % arguments.heads == 0,
              "q, k and v must be [S, F, heads * head_dim] alike: ",
              arguments.q.sizes(), ", ", arguments.k.sizes(), ", ",
              arguments.v.sizes(), ", ", arguments.heads, " heads");
  const auto split = [&](const at::Tensor& x) {
    return x.unflatten(-1, {arguments.heads, -1}).transpose(1, 2);
  };
  return at::scaled_dot_product_attention(
             split(arguments.q), split(arguments.k), split(arguments.v))
      .transpose(1, 2)
      .flatten(2);
}

}  // namespace animate::kernels
