// Attention across at most 32 frames: a block per sequence and head, keys and
// values in shared memory, a warp per query, a lane per key.
#include "engine/kernels/cuda/elements.cuh"

namespace animate::kernels {
namespace {

constexpr int kWarps = 8;
constexpr int kLanes = 32;

// Grid: sequences x heads. Shared: float k[frames][head_dim + 1],
// v[frames][head_dim], q[kWarps][head_dim].
template <typename T>
__global__ void TemporalAttention(TemporalAttentionLaunch launch) {
  extern __shared__ float shared[];
  const int frames = launch.frames;
  const int head_dim = launch.head_dim;
  const int key_stride = head_dim + 1;  // keys of one column in other banks
  float* const keys = shared;
  float* const values = keys + frames * key_stride;
  float* const queries = values + frames * head_dim;

  const int64_t head = static_cast<int64_t>(blockIdx.y) * head_dim;
  const int64_t source = blockIdx.x * launch.sequence_stride + head;
  for (int i = threadIdx.x; i < frames * head_dim; i += blockDim.x) {
    const int frame = i / head_dim;
    const int d = i % head_dim;
    const int64_t at = source + frame * launch.frame_stride + d;
    keys[frame * key_stride + d] = ToFloat(static_cast<const T*>(launch.k)[at]);
    values[i] = ToFloat(static_cast<const T*>(launch.v)[at]);
  }
  __syncthreads();

  const int warp = threadIdx.x / kLanes;
  const int lane = threadIdx.x % kLanes;
  float* const query = queries + warp * head_dim;
  const int64_t width = static_cast<int64_t>(launch.heads) * head_dim;
  for (int frame = warp; frame < frames; frame += kWarps) {
    const T* const q =
        static_cast<const T*>(launch.q) + source + frame * launch.frame_stride;
    for (int d = lane; d < head_dim; d += kLanes) query[d] = ToFloat(q[d]);
    __syncwarp();
    float score = -INFINITY;
    if (lane < frames) {
      float dot = 0;
      for (int d = 0; d < head_dim; ++d) {
        dot += query[d] * keys[lane * key_stride + d];
      }
      score = dot * launch.scale;
    }
    const float weight = __expf(score - WarpMax(score));
    const float probability = weight / WarpSum(weight);
    T* const y = static_cast<T*>(launch.y) +
                 (static_cast<int64_t>(blockIdx.x) * frames + frame) * width +
                 head;
    // Every lane takes part in the shuffles, also those beyond the last
    // column.
    for (int first = 0; first < head_dim; first += kLanes) {
      const int d = first + lane;
      float result = 0;
      for (int key = 0; key < frames; ++key) {
        const float p = __shfl_sync(0xffffffffu, probability, key);
        if (d < head_dim) result += p * values[key * head_dim + d];
      }
      if (d < head_dim) y[d] = FromFloat<T>(result);
    }
    __syncwarp();
  }
}

}  // namespace

cudaError_t LaunchTemporalAttention(const TemporalAttentionLaunch& launch,
                                    cudaStream_t stream) {
  return WithElement(launch.element, [&](auto type) {
    using T = decltype(type);
    const dim3 grid(static_cast<unsigned>(launch.sequences),
                    static_cast<unsigned>(launch.heads));
    // At most 32 * 161 + 32 * 160 + 8 * 160 floats: 45 KiB, within what every
    // device grants.
    const size_t floats = static_cast<size_t>(launch.frames) *
                              (2 * static_cast<size_t>(launch.head_dim) + 1) +
                          kWarps * static_cast<size_t>(launch.head_dim);
    TemporalAttention<T>
        <<<grid, kWarps * kLanes, floats * sizeof(float), stream>>>(launch);
    return cudaGetLastError();
  });
}

}  // namespace animate::kernels
