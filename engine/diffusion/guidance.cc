#include "engine/diffusion/guidance.h"

#include <ATen/TensorOperators.h>
#include <c10/util/Exception.h>

namespace animate {

at::Tensor ApplyGuidance(const at::Tensor& noise_pred, double guidance_scale) {
  TORCH_CHECK(noise_pred.dim() > 0 && noise_pred.size(0) == 2,
              "guidance needs an unconditional and a conditional row: got ",
              noise_pred.sizes());
  const at::Tensor unconditional = noise_pred.narrow(0, 0, 1);
  const at::Tensor conditional = noise_pred.narrow(0, 1, 1);
  return unconditional + (conditional - unconditional) * guidance_scale;
}

}  // namespace animate
