#ifndef ANIMATE_TOOLS_MODEL_RANDOM_VALUES_H_
#define ANIMATE_TOOLS_MODEL_RANDOM_VALUES_H_

#include <cstdint>
#include <string>

#include <ATen/core/Tensor.h>

namespace animate {

// Returns values for the parameter `key` of shape and dtype `like`, the same
// for the same seed, key and shape whatever else is drawn. Scaled as networks
// are initialised, so that activations stay near 1 and finite in half
// precision: matrices and kernels with a standard deviation of
// 1/sqrt(inputs), norm scales around 1, small biases. Unlike at the beginning
// of a training no layer is zero: motion modules and poses change the result.
// Buffers have the values of real checkpoints: tables of positions are
// sinusoids, indices count up.
//   like: any floating-point tensor, or an integer one; its values, and whether
//   it has any, do not matter.
at::Tensor RandomValues(const std::string& key, const at::Tensor& like,
                        uint64_t seed);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_RANDOM_VALUES_H_
