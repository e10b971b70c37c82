#include "tests/fuzz/touch_state_dict.h"

#include <cstdint>
#include <cstdlib>

#include <ATen/core/Tensor.h>

namespace animate {

void TouchStateDict(const StateDict& state_dict) {
  for (const auto& [key, tensor] : state_dict) {
    if (tensor.numel() == 0) {
      continue;
    }
    int64_t last = 0;
    for (int64_t i = 0; i < tensor.dim(); ++i) {
      if (tensor.size(i) < 0 || tensor.stride(i) < 0) {
        std::abort();
      }
      last += (tensor.size(i) - 1) * tensor.stride(i);
    }
    const volatile uint8_t* data =
        static_cast<const uint8_t*>(tensor.const_data_ptr());
    const int64_t size = tensor.element_size();
    static_cast<void>(data[0]);
    static_cast<void>(data[(last + 1) * size - 1]);
  }
}

}  // namespace animate
