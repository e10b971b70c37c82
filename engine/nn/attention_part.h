#ifndef ANIMATE_ENGINE_NN_ATTENTION_PART_H_
#define ANIMATE_ENGINE_NN_ATTENTION_PART_H_

#include <ATen/core/Tensor.h>

// Attention over a union of keys as a merge of attentions over its parts: the
// softmax over a union is the mean of the parts' softmaxes, weighted by their
// sums of exponentials. Without derivative.
namespace animate::nn {

// Attention to some of the keys.
struct AttentionPart {
  at::Tensor out;  // [R, heads, L, head_dim], in memory [R, L, heads, head_dim]
  at::Tensor lse;  // [R, heads, L], float32: log of the sum of exponentials of
                   // the scaled scores
};

// Whether this device and type have a kernel that yields both results.
bool CanAttendInParts(const at::Tensor& q);

// q: [R, heads, L, head_dim]; k, v: [R, heads, S, head_dim]; any strides with
// head_dim dense. Scale 1/sqrt(head_dim). Uses a fused kernel; needs
// CanAttendInParts(q).
AttentionPart AttendPart(const at::Tensor& q, const at::Tensor& k,
                         const at::Tensor& v);

// The same in plain operations, on any device: what the kernels are tested
// against.
AttentionPart AttendPartPlainly(const at::Tensor& q, const at::Tensor& k,
                                const at::Tensor& v);

// Replaces `part.out` by the attention over the keys of `part` and `other`
// together. Same shapes. Weights are computed in float32.
void MergeInto(AttentionPart& part, const AttentionPart& other);

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_ATTENTION_PART_H_
