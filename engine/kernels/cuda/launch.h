#ifndef ANIMATE_ENGINE_KERNELS_CUDA_LAUNCH_H_
#define ANIMATE_ENGINE_KERNELS_CUDA_LAUNCH_H_

#include <cuda_runtime_api.h>

#include <cstdint>

// The kernels without tensors: raw device memory and a stream, so that the .cu
// files compile in seconds. The functions queue the work and return at once
// with cudaGetLastError(). All pointers: dense unless strides are given.
namespace animate::kernels {

enum class Element { kFloat, kHalf, kBFloat16 };

struct GroupNormSiluLaunch {
  Element element;
  const void* x;  // [images, pixels, channels]
  const void* weight;
  const void* bias;
  void* y;           // as x
  float* workspace;  // GroupNormSiluWorkspace floats
  int64_t images;    // at most 65535
  int64_t pixels;
  int channels;  // even, at most kMaxGroupNormChannels
  int groups;    // divides channels, at most 64
  float eps;
};
inline constexpr int kMaxGroupNormChannels = 2560;
int64_t GroupNormSiluWorkspace(const GroupNormSiluLaunch& launch);
cudaError_t LaunchGroupNormSilu(const GroupNormSiluLaunch& launch,
                                cudaStream_t stream);

struct GegluLaunch {
  Element element;
  const void* x;  // [rows, 2 * features]
  void* y;        // [rows, features]
  int64_t rows;
  int64_t features;
};
cudaError_t LaunchGeglu(const GegluLaunch& launch, cudaStream_t stream);

struct AddLayerNormLaunch {
  Element element;
  const void* residual;  // [rows, features]
  const void* x;         // [rows, features]
  const void* weight;
  const void* bias;
  void* sum;         // [rows, features]
  void* normalised;  // [rows, features]
  int64_t rows;
  int features;  // at most kMaxLayerNormFeatures
  float eps;
};
inline constexpr int kMaxLayerNormFeatures = 2048;
cudaError_t LaunchAddLayerNorm(const AddLayerNormLaunch& launch,
                               cudaStream_t stream);

struct TemporalAttentionLaunch {
  Element element;
  const void* q;  // [sequences, frames, heads * head_dim] each
  const void* k;
  const void* v;
  void* y;                  // dense
  int64_t sequence_stride;  // of q, k and v, in elements
  int64_t frame_stride;     // likewise
  int64_t sequences;
  int frames;    // at most 32
  int heads;     // at most 65535
  int head_dim;  // at most kMaxTemporalHeadDim
  float scale;
};
inline constexpr int kMaxTemporalHeadDim = 160;
cudaError_t LaunchTemporalAttention(const TemporalAttentionLaunch& launch,
                                    cudaStream_t stream);

}  // namespace animate::kernels

#endif  // ANIMATE_ENGINE_KERNELS_CUDA_LAUNCH_H_
