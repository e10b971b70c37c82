#include "engine/kernels/geglu.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/gelu.h>
#include <c10/util/Exception.h>

#include <vector>

#include "engine/kernels/cuda_kernels.h"

namespace animate::kernels {

at::Tensor Geglu(const at::Tensor& x) {
  const CudaKernels* cuda = CudaKernelsFor(x);
  if (cuda != nullptr && cuda->geglu != nullptr) {
    at::Tensor y = cuda->geglu(x);
    if (y.defined()) return y;
  }
  return GegluReference(x);
}

at::Tensor GegluReference(const at::Tensor& x) {
  TORCH_CHECK(x.size(-1) % 2 == 0,
              "value and gate must be of equal width: ", x.sizes());
  const std::vector<at::Tensor> halves = x.chunk(2, -1);
  return halves[0] * at::gelu(halves[1]);
}

}  // namespace animate::kernels
