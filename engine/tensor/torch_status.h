#ifndef ANIMATE_ENGINE_TENSOR_TORCH_STATUS_H_
#define ANIMATE_ENGINE_TENSOR_TORCH_STATUS_H_

#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// Returns the exception being handled as a status whose message begins with
// `stage`. Call it inside a catch block only.
//   c10::OutOfMemoryError            RESOURCE_EXHAUSTED, reason GPU_OOM
//   std::bad_alloc, CPU allocator    RESOURCE_EXHAUSTED, reason HOST_OOM
//   everything else                  INTERNAL
absl::Status StatusFromTorchException(absl::string_view stage);

namespace torch_status_internal {
template <typename T>
struct ResultOf {
  using type = absl::StatusOr<T>;
};
template <>
struct ResultOf<void> {
  using type = absl::Status;
};
template <>
struct ResultOf<absl::Status> {
  using type = absl::Status;
};
template <typename T>
struct ResultOf<absl::StatusOr<T>> {
  using type = absl::StatusOr<T>;
};
}  // namespace torch_status_internal

// The wall between LibTorch, which throws, and everything above, which does
// not: calls `function` and turns what it throws into a status. A T becomes
// absl::StatusOr<T>, void becomes absl::Status; a Status or StatusOr that
// `function` returns passes through.
//   absl::StatusOr<at::Tensor> latents = CallTorch("denoise", [&] { … });
template <typename Function>
auto CallTorch(absl::string_view stage, Function&& function) ->
    typename torch_status_internal::ResultOf<
        std::invoke_result_t<Function>>::type {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Function>>) {
      std::forward<Function>(function)();
      return absl::OkStatus();
    } else {
      return std::forward<Function>(function)();
    }
  } catch (...) {
    return StatusFromTorchException(stage);
  }
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_TENSOR_TORCH_STATUS_H_
