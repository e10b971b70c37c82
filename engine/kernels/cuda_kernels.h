#ifndef ANIMATE_ENGINE_KERNELS_CUDA_KERNELS_H_
#define ANIMATE_ENGINE_KERNELS_CUDA_KERNELS_H_

#include <ATen/core/Tensor.h>

#include "absl/status/status.h"
#include "engine/kernels/add_layer_norm.h"
#include "engine/kernels/group_norm_silu.h"
#include "engine/kernels/temporal_attention.h"

namespace animate::kernels {

// What the module libanimate_cuda_kernels.so offers. The programs do not link
// it, so that one binary serves machines with and without a GPU (ADR 0002); it
// is opened at run time. Each function returns undefined tensors for sizes or
// types it does not serve, and throws c10::Error when CUDA fails.
struct CudaKernels {
  // Grows with every change of this struct or of an argument's.
  static constexpr int kVersion = 1;

  int version = kVersion;
  at::Tensor (*group_norm_silu)(const GroupNormSiluArguments&) = nullptr;
  at::Tensor (*geglu)(const at::Tensor&) = nullptr;
  AddLayerNormResult (*add_layer_norm)(const AddLayerNormArguments&) = nullptr;
  at::Tensor (*temporal_attention)(const TemporalAttentionArguments&) = nullptr;
};

// The one function of the module, with C linkage.
inline constexpr char kCudaKernelsSymbol[] = "AnimateCudaKernels";
using CudaKernelsFunction = const CudaKernels* (*)();

// Opens the module, which lies beside the program or in the library path. Needs
// LoadCudaRuntime before. UNAVAILABLE with the loader's reason where it is
// missing, or is of another version; then everything runs by LibTorch's
// operators. Idempotent; thread-safe.
absl::Status LoadCudaKernels();

// Returns the kernels for a tensor on a GPU; nullptr where there are none,
// elsewhere, and where gradients are wanted, which they do not have. Opens the
// module when first asked about a GPU.
const CudaKernels* CudaKernelsFor(const at::Tensor& tensor);

}  // namespace animate::kernels

#endif  // ANIMATE_ENGINE_KERNELS_CUDA_KERNELS_H_
