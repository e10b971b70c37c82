#ifndef ANIMATE_ENGINE_KERNELS_GROUP_NORM_SILU_H_
#define ANIMATE_ENGINE_KERNELS_GROUP_NORM_SILU_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace animate::kernels {

struct GroupNormSiluArguments {
  at::Tensor x;       // [N, C, H, W], best in channels_last
  at::Tensor weight;  // [C]
  at::Tensor bias;    // [C]
  int64_t num_groups = 32;
  double eps = 1e-5;
};

// Returns SiLU(GroupNorm(x)): the shape, type and memory format of x.
// Statistics are computed in fp32. In one kernel on a GPU, where LibTorch's own
// GroupNorm returns channels first whatever it is given (see CudaKernels);
// elsewhere, and where gradients are wanted, by GroupNormSiluReference.
// Throws c10::Error for shapes that do not fit.
at::Tensor GroupNormSilu(const GroupNormSiluArguments& arguments);

// The same by LibTorch's operators.
at::Tensor GroupNormSiluReference(const GroupNormSiluArguments& arguments);

}  // namespace animate::kernels

#endif  // ANIMATE_ENGINE_KERNELS_GROUP_NORM_SILU_H_
