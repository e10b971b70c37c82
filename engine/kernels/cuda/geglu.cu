// value * GELU(gate), one thread per two results.
#include "engine/kernels/cuda/elements.cuh"

namespace animate::kernels {
namespace {

constexpr int kGegluThreads = 256;

__device__ inline float Gelu(float x) {
  return 0.5f * x * (1.0f + erff(x * 0.70710678118654752440f));
}

// Grid: blocks of a row x rows (as many as the grid allows, then around).
template <typename T>
__global__ void Geglu(const T* x, int64_t rows, int64_t features, T* y) {
  const int64_t pair =
      static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (2 * pair >= features) return;
  for (int64_t row = blockIdx.y; row < rows; row += gridDim.y) {
    const T* const source = x + row * 2 * features + 2 * pair;
    const Pair<T> value = *reinterpret_cast<const Pair<T>*>(source);
    const Pair<T> gate = *reinterpret_cast<const Pair<T>*>(source + features);
    Pair<T> result;
    // LibTorch's GELU is rounded to T before the product; so is this.
    result.first =
        FromFloat<T>(ToFloat(value.first) *
                     ToFloat(FromFloat<T>(Gelu(ToFloat(gate.first)))));
    result.second =
        FromFloat<T>(ToFloat(value.second) *
                     ToFloat(FromFloat<T>(Gelu(ToFloat(gate.second)))));
    *reinterpret_cast<Pair<T>*>(y + row * features + 2 * pair) = result;
  }
}

}  // namespace

cudaError_t LaunchGeglu(const GegluLaunch& launch, cudaStream_t stream) {
  return WithElement(launch.element, [&](auto type) {
    using T = decltype(type);
    const int64_t pairs = launch.features / 2;
    const dim3 grid(
        static_cast<unsigned>((pairs + kGegluThreads - 1) / kGegluThreads),
        static_cast<unsigned>(launch.rows < 65535 ? launch.rows : 65535));
    Geglu<T><<<grid, kGegluThreads, 0, stream>>>(
        static_cast<const T*>(launch.x), launch.rows, launch.features,
        static_cast<T*>(launch.y));
    return cudaGetLastError();
  });
}

}  // namespace animate::kernels
