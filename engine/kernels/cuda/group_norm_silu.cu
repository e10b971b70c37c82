// SiLU(GroupNorm(x)) of pictures in channels_last, in three passes: moments of
// chunks of pixels, moments of pictures, result. No atomics, so the same bits
// every time.
#include "engine/kernels/cuda/elements.cuh"

namespace animate::kernels {
namespace {

constexpr int kChunkPixels = 64;
constexpr int kMaxColumns = 256;  // threads along the channels, two each
constexpr int kThreads = 256;

// Count, mean and sum of squared deviations of some values.
struct Moments {
  float count;
  float mean;
  float m2;
};

// Chan et al. 1983: the moments of two sets together.
__device__ inline Moments Merge(const Moments& a, const Moments& b) {
  if (b.count == 0) return a;
  if (a.count == 0) return b;
  const float count = a.count + b.count;
  const float delta = b.mean - a.mean;
  const float part = b.count / count;
  return {count, a.mean + delta * part,
          a.m2 + b.m2 + delta * delta * a.count * part};
}

// Sums of deviations from the first value: a large mean costs no digits.
struct ShiftedSums {
  float shift = 0;
  float sum = 0;
  float squares = 0;
  float count = 0;

  __device__ void Add(float value) {
    if (count == 0) shift = value;
    const float deviation = value - shift;
    sum += deviation;
    squares += deviation * deviation;
    count += 1;
  }
  __device__ Moments ToMoments() const {
    if (count == 0) return {0, 0, 0};
    const float mean = sum / count;
    return {count, shift + mean, fmaxf(squares - sum * mean, 0.0f)};
  }
};

// Grid: chunks x images. Block: columns (pairs of channels) x rows (pixels).
// Shared: Moments[rows][channels].
template <typename T>
__global__ void ChunkMoments(const T* x, int64_t pixels, int channels,
                             int groups, Moments* partial) {
  extern __shared__ float raw[];
  Moments* const channel_moments = reinterpret_cast<Moments*>(raw);
  const int64_t first = static_cast<int64_t>(blockIdx.x) * kChunkPixels;
  const int64_t last =
      first + kChunkPixels < pixels ? first + kChunkPixels : pixels;
  const T* const image =
      x + static_cast<int64_t>(blockIdx.y) * pixels * channels;
  for (int pair = threadIdx.x; pair < channels / 2; pair += blockDim.x) {
    ShiftedSums even;
    ShiftedSums odd;
    for (int64_t p = first + threadIdx.y; p < last; p += blockDim.y) {
      const Pair<T> value =
          *reinterpret_cast<const Pair<T>*>(image + p * channels + 2 * pair);
      even.Add(ToFloat(value.first));
      odd.Add(ToFloat(value.second));
    }
    Moments* const row = channel_moments + threadIdx.y * channels;
    row[2 * pair] = even.ToMoments();
    row[2 * pair + 1] = odd.ToMoments();
  }
  __syncthreads();
  const int thread = threadIdx.y * blockDim.x + threadIdx.x;
  if (thread >= groups) return;
  const int width = channels / groups;
  Moments total = {0, 0, 0};
  for (int y = 0; y < blockDim.y; ++y) {
    for (int c = thread * width; c < (thread + 1) * width; ++c) {
      total = Merge(total, channel_moments[y * channels + c]);
    }
  }
  partial[(static_cast<int64_t>(blockIdx.y) * gridDim.x + blockIdx.x) * groups +
          thread] = total;
}

// Grid: images. Block: groups. Writes mean and 1 / standard deviation.
__global__ void ImageMoments(const Moments* partial, int chunks, int groups,
                             float eps, float2* moments) {
  const int group = threadIdx.x;
  Moments total = {0, 0, 0};
  for (int chunk = 0; chunk < chunks; ++chunk) {
    total = Merge(
        total,
        partial[(static_cast<int64_t>(blockIdx.x) * chunks + chunk) * groups +
                group]);
  }
  moments[static_cast<int64_t>(blockIdx.x) * groups + group] =
      make_float2(total.mean, rsqrtf(total.m2 / total.count + eps));
}

__device__ inline float Silu(float x) { return x / (1.0f + __expf(-x)); }

// Grid and block as ChunkMoments.
template <typename T>
__global__ void Apply(const T* x, const T* weight, const T* bias,
                      const float2* moments, int64_t pixels, int channels,
                      int groups, T* y) {
  const int64_t first = static_cast<int64_t>(blockIdx.x) * kChunkPixels;
  const int64_t last =
      first + kChunkPixels < pixels ? first + kChunkPixels : pixels;
  const int64_t image = static_cast<int64_t>(blockIdx.y) * pixels * channels;
  const int width = channels / groups;
  for (int pair = threadIdx.x; pair < channels / 2; pair += blockDim.x) {
    // y = a x + b; a pair may lie across two groups.
    float a[2];
    float b[2];
    for (int i = 0; i < 2; ++i) {
      const int c = 2 * pair + i;
      const float2 m =
          moments[static_cast<int64_t>(blockIdx.y) * groups + c / width];
      a[i] = m.y * ToFloat(weight[c]);
      b[i] = ToFloat(bias[c]) - m.x * a[i];
    }
    for (int64_t p = first + threadIdx.y; p < last; p += blockDim.y) {
      const int64_t at = image + p * channels + 2 * pair;
      const Pair<T> value = *reinterpret_cast<const Pair<T>*>(x + at);
      Pair<T> result;
      result.first = FromFloat<T>(Silu(a[0] * ToFloat(value.first) + b[0]));
      result.second = FromFloat<T>(Silu(a[1] * ToFloat(value.second) + b[1]));
      *reinterpret_cast<Pair<T>*>(y + at) = result;
    }
  }
}

int64_t Chunks(const GroupNormSiluLaunch& launch) {
  return (launch.pixels + kChunkPixels - 1) / kChunkPixels;
}

dim3 BlockOf(const GroupNormSiluLaunch& launch) {
  const int pairs = launch.channels / 2;
  const int columns =
      pairs < kMaxColumns ? (pairs + 31) / 32 * 32 : kMaxColumns;
  // As many rows as threads allow, and as their moments fit into 48 KiB.
  int rows = kThreads / columns;
  const int fitting = 4000 / launch.channels;
  rows = rows < fitting ? rows : fitting;
  return dim3(columns, rows > 1 ? rows : 1);
}

}  // namespace

int64_t GroupNormSiluWorkspace(const GroupNormSiluLaunch& launch) {
  // Moments of every chunk, then mean and rstd of every picture.
  return launch.images * launch.groups * (Chunks(launch) * 3 + 2);
}

cudaError_t LaunchGroupNormSilu(const GroupNormSiluLaunch& launch,
                                cudaStream_t stream) {
  return WithElement(launch.element, [&](auto type) {
    using T = decltype(type);
    const dim3 grid(static_cast<unsigned>(Chunks(launch)),
                    static_cast<unsigned>(launch.images));
    const dim3 block = BlockOf(launch);
    // float2 first, whose alignment is the larger.
    float2* const moments = reinterpret_cast<float2*>(launch.workspace);
    Moments* const partial = reinterpret_cast<Moments*>(
        launch.workspace + 2 * launch.images * launch.groups);
    const T* const x = static_cast<const T*>(launch.x);
    ChunkMoments<T>
        <<<grid, block, sizeof(Moments) * block.y * launch.channels, stream>>>(
            x, launch.pixels, launch.channels, launch.groups, partial);
    ImageMoments<<<grid.y, launch.groups, 0, stream>>>(
        partial, static_cast<int>(grid.x), launch.groups, launch.eps, moments);
    Apply<T><<<grid, block, 0, stream>>>(
        x, static_cast<const T*>(launch.weight),
        static_cast<const T*>(launch.bias), moments, launch.pixels,
        launch.channels, launch.groups, static_cast<T*>(launch.y));
    return cudaGetLastError();
  });
}

}  // namespace animate::kernels
