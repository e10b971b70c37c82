#ifndef ANIMATE_ENGINE_KERNELS_ADD_LAYER_NORM_H_
#define ANIMATE_ENGINE_KERNELS_ADD_LAYER_NORM_H_

#include <ATen/core/Tensor.h>

namespace animate::kernels {

struct AddLayerNormArguments {
  at::Tensor residual;  // [..., D]
  at::Tensor x;         // same shape and type
  at::Tensor weight;    // [D]
  at::Tensor bias;      // [D]
  double eps = 1e-5;
};

struct AddLayerNormResult {
  at::Tensor sum;         // residual + x, rounded to their type
  at::Tensor normalised;  // LayerNorm(sum)
};

// The end of one part of a transformer block and the beginning of the next.
// Statistics are computed in fp32. In one kernel on a GPU (see CudaKernels);
// elsewhere, and where gradients are wanted, by AddLayerNormReference. Throws
// c10::Error for shapes that do not fit.
AddLayerNormResult AddLayerNorm(const AddLayerNormArguments& arguments);

// The same by LibTorch's operators.
AddLayerNormResult AddLayerNormReference(
    const AddLayerNormArguments& arguments);

}  // namespace animate::kernels

#endif  // ANIMATE_ENGINE_KERNELS_ADD_LAYER_NORM_H_
