#ifndef ANIMATE_ENGINE_DIFFUSION_GUIDANCE_H_
#define ANIMATE_ENGINE_DIFFUSION_GUIDANCE_H_

#include <ATen/core/Tensor.h>

namespace animate {

// Classifier-free guidance (Ho & Salimans 2022,
// https://arxiv.org/abs/2207.12598): returns row 0 + guidance_scale (row 1 -
// row 0). Scales above 1 push away from the unconditional prediction.
//   noise_pred: [2, …], row 0 unconditional, row 1 conditional.
//   result: [1, …]. Throws c10::Error for another number of rows.
at::Tensor ApplyGuidance(const at::Tensor& noise_pred, double guidance_scale);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DIFFUSION_GUIDANCE_H_
