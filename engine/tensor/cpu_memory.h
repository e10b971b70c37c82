#ifndef ANIMATE_ENGINE_TENSOR_CPU_MEMORY_H_
#define ANIMATE_ENGINE_TENSOR_CPU_MEMORY_H_

namespace animate {

// Asks LibTorch to put large tensors on the CPU on pages of 2 MiB, where the
// system has them. An intermediate result of some 40 MB is then cleared by the
// kernel in a fifth of the time (docs/performance.md), and no more memory is
// resident. LibTorch looks once, at its first allocation: call this before, and
// before threads are started. THP_MEM_ALLOC_ENABLE in the environment has the
// last word.
void UseHugePages();

}  // namespace animate

#endif  // ANIMATE_ENGINE_TENSOR_CPU_MEMORY_H_
