#ifndef ANIMATE_ENGINE_NN_BLOCK_CONDITIONS_H_
#define ANIMATE_ENGINE_NN_BLOCK_CONDITIONS_H_

#include <map>
#include <string>

#include <ATen/core/Tensor.h>

namespace animate::nn {

// What one transformer block makes of a job's conditions, whatever the time,
// frame or window. Undefined tensors stand for "compute it in the forward".
struct BlockConditions {
  at::Tensor
      cross_attention;     // [B, C]: what attn2 adds to every token of a row
  at::Tensor reference_k;  // [Br, M, C]: attn1.to_k of the reference tokens
  at::Tensor reference_v;  // [Br, M, C]: attn1.to_v of the same
};

// By path of the block.
using BlockConditionsMap = std::map<std::string, BlockConditions>;

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_BLOCK_CONDITIONS_H_
