#ifndef ANIMATE_ENGINE_TENSOR_DEVICE_H_
#define ANIMATE_ENGINE_TENSOR_DEVICE_H_

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// Opens LibTorch's CUDA half (libtorch_cuda.so), which the programs do not link
// so that one binary serves machines with and without a GPU. Call it first in
// main: LibTorch remembers "no CUDA" once it has been asked. Returns
// UNAVAILABLE with the loader's reason where the library or a library it needs
// is missing; then only "cpu" works. Idempotent; thread-safe.
absl::Status LoadCudaRuntime();

// Names every usable device, "cpu" first, then "cuda:0", …
std::vector<std::string> ListDevices();

// Reads "auto", "cpu", "cuda" (= "cuda:0") or "cuda:N". "auto" is cuda:0 where
// there is one, else cpu. Returns INVALID_ARGUMENT for another word and
// FAILED_PRECONDITION, naming the devices there are, for a GPU that is absent.
absl::StatusOr<c10::Device> ParseDevice(absl::string_view name);

// Reads "auto", "float32", "bfloat16" or "float16". "auto" is float32 on a CPU
// and float16, the reference's own, on a GPU. Returns INVALID_ARGUMENT for
// another word.
absl::StatusOr<c10::ScalarType> ParseDtype(absl::string_view name,
                                           const c10::Device& device);

// "float32", "bfloat16" or "float16"; "other" for any other type.
std::string DtypeName(c10::ScalarType dtype);

// "cpu" or "cuda:N".
std::string DeviceName(const c10::Device& device);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TENSOR_DEVICE_H_
