#ifndef ANIMATE_ENGINE_KERNELS_CUDA_ELEMENTS_CUH_
#define ANIMATE_ENGINE_KERNELS_CUDA_ELEMENTS_CUH_

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <utility>

#include "engine/kernels/cuda/launch.h"

// The three types of a tensor's values: arithmetic is in fp32, memory in T.
namespace animate::kernels {

__device__ inline float ToFloat(float x) { return x; }
__device__ inline float ToFloat(__half x) { return __half2float(x); }
__device__ inline float ToFloat(__nv_bfloat16 x) { return __bfloat162float(x); }

template <typename T>
__device__ inline T FromFloat(float x);
template <>
__device__ inline float FromFloat<float>(float x) {
  return x;
}
template <>
__device__ inline __half FromFloat<__half>(float x) {
  return __float2half_rn(x);
}
template <>
__device__ inline __nv_bfloat16 FromFloat<__nv_bfloat16>(float x) {
  return __float2bfloat16_rn(x);
}

// Two neighbours, read and written at once.
template <typename T>
struct alignas(2 * sizeof(T)) Pair {
  T first;
  T second;
};

// Calls `function` with a value of the type that `element` names.
template <typename Function>
cudaError_t WithElement(Element element, Function&& function) {
  switch (element) {
    case Element::kFloat:
      return std::forward<Function>(function)(float{});
    case Element::kHalf:
      return std::forward<Function>(function)(__half{});
    case Element::kBFloat16:
      return std::forward<Function>(function)(__nv_bfloat16{});
  }
  return cudaErrorInvalidValue;
}

__device__ inline float WarpSum(float value) {
  for (int offset = 16; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, offset);
  }
  return value;
}

__device__ inline float WarpMax(float value) {
  for (int offset = 16; offset > 0; offset /= 2) {
    value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, offset));
  }
  return value;
}

}  // namespace animate::kernels

#endif  // ANIMATE_ENGINE_KERNELS_CUDA_ELEMENTS_CUH_
