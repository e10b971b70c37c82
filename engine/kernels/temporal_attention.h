#ifndef ANIMATE_ENGINE_KERNELS_TEMPORAL_ATTENTION_H_
#define ANIMATE_ENGINE_KERNELS_TEMPORAL_ATTENTION_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace animate::kernels {

// Self-attention across the frames of one pixel: very many, very short
// sequences, which the kernels made for long ones serve badly.
struct TemporalAttentionArguments {
  // [S, F, heads * head_dim] each, last axis dense; slices of one fused
  // projection are welcome.
  at::Tensor q;
  at::Tensor k;
  at::Tensor v;
  int64_t heads = 8;
};

// Returns softmax(q k^T / sqrt(head_dim)) v per head: [S, F, heads * head_dim],
// dense. Softmax in fp32. In one kernel on a GPU for at most 32 frames (see
// CudaKernels); elsewhere, and where gradients are wanted, by
// TemporalAttentionReference. Throws c10::Error for shapes that do not fit.
at::Tensor TemporalAttention(const TemporalAttentionArguments& arguments);

// The same by LibTorch's operators.
at::Tensor TemporalAttentionReference(
    const TemporalAttentionArguments& arguments);

}  // namespace animate::kernels

#endif  // ANIMATE_ENGINE_KERNELS_TEMPORAL_ATTENTION_H_
