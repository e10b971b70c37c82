// sum = residual + x and LayerNorm(sum), a block per row, which stays in
// registers between the two.
#include "engine/kernels/cuda/elements.cuh"

namespace animate::kernels {
namespace {

constexpr int kLayerNormThreads = 128;
constexpr int kValuesPerThread = kMaxLayerNormFeatures / kLayerNormThreads;

// The sum over all threads of the block, for all of them.
__device__ float BlockSum(float value, float* shared) {
  value = WarpSum(value);
  if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = value;
  __syncthreads();
  float total = 0;
  for (int warp = 0; warp < kLayerNormThreads / 32; ++warp) {
    total += shared[warp];
  }
  __syncthreads();
  return total;
}

// Grid: rows.
template <typename T>
__global__ void AddLayerNorm(const T* residual, const T* x, const T* weight,
                             const T* bias, int features, float eps, T* sum,
                             T* normalised) {
  __shared__ float shared[kLayerNormThreads / 32];
  const int64_t row = static_cast<int64_t>(blockIdx.x) * features;
  float values[kValuesPerThread];
  float total = 0;
#pragma unroll
  for (int i = 0; i < kValuesPerThread; ++i) {
    const int c = i * kLayerNormThreads + threadIdx.x;
    values[i] = 0;
    if (c < features) {
      const T rounded =
          FromFloat<T>(ToFloat(residual[row + c]) + ToFloat(x[row + c]));
      sum[row + c] = rounded;
      values[i] = ToFloat(rounded);
      total += values[i];
    }
  }
  const float mean = BlockSum(total, shared) / features;
  float squares = 0;
#pragma unroll
  for (int i = 0; i < kValuesPerThread; ++i) {
    const int c = i * kLayerNormThreads + threadIdx.x;
    const float deviation = c < features ? values[i] - mean : 0.0f;
    squares += deviation * deviation;
  }
  const float scale = rsqrtf(BlockSum(squares, shared) / features + eps);
#pragma unroll
  for (int i = 0; i < kValuesPerThread; ++i) {
    const int c = i * kLayerNormThreads + threadIdx.x;
    if (c < features) {
      normalised[row + c] = FromFloat<T>(
          (values[i] - mean) * scale * ToFloat(weight[c]) + ToFloat(bias[c]));
    }
  }
}

}  // namespace

cudaError_t LaunchAddLayerNorm(const AddLayerNormLaunch& launch,
                               cudaStream_t stream) {
  return WithElement(launch.element, [&](auto type) {
    using T = decltype(type);
    AddLayerNorm<T>
        <<<static_cast<unsigned>(launch.rows), kLayerNormThreads, 0, stream>>>(
            static_cast<const T*>(launch.residual),
            static_cast<const T*>(launch.x),
            static_cast<const T*>(launch.weight),
            static_cast<const T*>(launch.bias), launch.features, launch.eps,
            static_cast<T*>(launch.sum), static_cast<T*>(launch.normalised));
    return cudaGetLastError();
  });
}

}  // namespace animate::kernels
