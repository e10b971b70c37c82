#ifndef ANIMATE_ENGINE_PIPELINE_WINDOW_BUDGET_H_
#define ANIMATE_ENGINE_PIPELINE_WINDOW_BUDGET_H_

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>

namespace animate {

// Most windows that are batched without being asked for: beyond, a GPU is full
// anyway, and some attention kernels do not take more sequences.
inline constexpr int kMaxAutomaticWindows = 4;

// What one window of latents needs in the network at its widest point, roughly.
struct WindowShape {
  int64_t rows = 2;      // 2 with guidance
  int64_t frames = 24;   // of the window
  int64_t cells = 0;     // h * w of the latents
  int64_t channels = 0;  // of the network's first level
  int64_t element_bytes = 4;
};

// Returns an upper estimate, bytes: at the first level a feed-forward layer
// (12 times the channels), its input, the concatenated skips and the stack of
// skips live together.
int64_t WindowActivationBytes(const WindowShape& shape);

// Returns how many windows fit into `free_bytes` with a fifth of it to spare:
// in [1, kMaxAutomaticWindows].
int WindowsThatFit(const WindowShape& shape, int64_t free_bytes);

// Returns what can still be allocated on `device`: what its driver calls free
// and what the allocator holds in reserve. 0 on a CPU, where nothing is gained
// by knowing. Throws c10::Error.
int64_t FreeDeviceBytes(const c10::Device& device);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_WINDOW_BUDGET_H_
