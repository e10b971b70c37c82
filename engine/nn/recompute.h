#ifndef ANIMATE_ENGINE_NN_RECOMPUTE_H_
#define ANIMATE_ENGINE_NN_RECOMPUTE_H_

#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

namespace animate::nn {

// A computation on tensors it is given and on weights it knows, which are
// leaves: nothing else that requires gradients. Called twice, the second time
// while gradients are computed, so whatever it refers to must live until then.
using Recomputable =
    std::function<std::vector<at::Tensor>(const std::vector<at::Tensor>&)>;

// Returns function(inputs) and keeps of it for the gradient only the inputs:
// the rest is computed again when it is needed (Chen et al. 2016,
// https://arxiv.org/abs/1604.06174). Gradients are those of the plain call, and
// go to the inputs and into the weights' grad(). Inputs and results may be
// undefined. Autocast is in the second call as in the first. Gradients of
// gradients are not available. Without autograd the plain call.
std::vector<at::Tensor> Recompute(const Recomputable& function,
                                  const std::vector<at::Tensor>& inputs);

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_RECOMPUTE_H_
