#include "engine/kernels/group_norm_silu.h"

#include <ATen/ops/group_norm.h>
#include <ATen/ops/silu.h>

#include "engine/kernels/cuda_kernels.h"

namespace animate::kernels {

at::Tensor GroupNormSilu(const GroupNormSiluArguments& arguments) {
  const CudaKernels* cuda = CudaKernelsFor(arguments.x);
  if (cuda != nullptr && cuda->group_norm_silu != nullptr) {
    at::Tensor y = cuda->group_norm_silu(arguments);
    if (y.defined()) return y;
  }
  return GroupNormSiluReference(arguments);
}

at::Tensor GroupNormSiluReference(const GroupNormSiluArguments& arguments) {
  const at::Tensor normalised =
      at::group_norm(arguments.x, arguments.num_groups, arguments.weight,
                     arguments.bias, arguments.eps);
  return at::silu(normalised.contiguous(arguments.x.suggest_memory_format()));
}

}  // namespace animate::kernels
