#ifndef ANIMATE_ENGINE_KERNELS_GEGLU_H_
#define ANIMATE_ENGINE_KERNELS_GEGLU_H_

#include <ATen/core/Tensor.h>

namespace animate::kernels {

// Returns value * GELU(gate) with the exact (erf) GELU, where x is [value ;
// gate] along the last axis: [..., 2 D] -> [..., D]. Shazeer 2020,
// https://arxiv.org/abs/2002.05202. In one kernel on a GPU (see CudaKernels);
// elsewhere, and where gradients are wanted, by GegluReference. Throws
// c10::Error for an odd last axis.
at::Tensor Geglu(const at::Tensor& x);

// The same by LibTorch's operators.
at::Tensor GegluReference(const at::Tensor& x);

}  // namespace animate::kernels

#endif  // ANIMATE_ENGINE_KERNELS_GEGLU_H_
