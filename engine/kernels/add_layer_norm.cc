#include "engine/kernels/add_layer_norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/layer_norm.h>
#include <c10/util/Exception.h>

#include "engine/kernels/cuda_kernels.h"

namespace animate::kernels {

AddLayerNormResult AddLayerNorm(const AddLayerNormArguments& arguments) {
  const CudaKernels* cuda = CudaKernelsFor(arguments.x);
  if (cuda != nullptr && cuda->add_layer_norm != nullptr) {
    AddLayerNormResult result = cuda->add_layer_norm(arguments);
    if (result.sum.defined()) return result;
  }
  return AddLayerNormReference(arguments);
}

AddLayerNormResult AddLayerNormReference(
    const AddLayerNormArguments& arguments) {
  TORCH_CHECK(arguments.residual.sizes() == arguments.x.sizes(), "residual is ",
              arguments.residual.sizes(), ", x is ", arguments.x.sizes());
  const at::Tensor sum = arguments.residual + arguments.x;
  return {sum, at::layer_norm(sum, {arguments.weight.size(0)}, arguments.weight,
                              arguments.bias, arguments.eps)};
}

}  // namespace animate::kernels
