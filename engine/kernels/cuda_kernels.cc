#include "engine/kernels/cuda_kernels.h"

#include <ATen/core/grad_mode.h>
#include <dlfcn.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace animate::kernels {
namespace {

constexpr char kModule[] = "libanimate_cuda_kernels.so";

absl::Status Unavailable() {
  const char* reason = dlerror();  // NOLINT(concurrency-mt-unsafe)
  return absl::UnavailableError(absl::StrCat(
      kModule,
      " cannot be opened: ", reason == nullptr ? "unknown reason" : reason));
}

// Where the module may be: beside the program, in bin beside the program's
// folder (the tests), in the library path.
void* OpenModule() {
  std::error_code error;
  const std::filesystem::path program =
      std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  for (const std::filesystem::path& folder :
       {program, program.parent_path() / "bin"}) {
    if (!std::filesystem::exists(folder / kModule, error)) continue;
    return dlopen((folder / kModule).c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  return dlopen(kModule, RTLD_NOW | RTLD_LOCAL);
}

absl::StatusOr<const CudaKernels*> OpenKernels() {
  void* const module = OpenModule();
  if (module == nullptr) return Unavailable();
  void* const symbol = dlsym(module, kCudaKernelsSymbol);
  if (symbol == nullptr) return Unavailable();
  CudaKernelsFunction function = nullptr;
  // A data pointer may not be cast to a function pointer.
  std::memcpy(&function, &symbol, sizeof(function));
  const CudaKernels* const kernels = function();
  if (kernels->version != CudaKernels::kVersion) {
    return absl::UnavailableError(
        absl::StrCat(kModule, " is of version ", kernels->version,
                     ", this program needs ", CudaKernels::kVersion));
  }
  return kernels;
}

// Never closed: tensors may outlive every caller.
const absl::StatusOr<const CudaKernels*>& Kernels() {
  static const auto* const kKernels =
      new absl::StatusOr<const CudaKernels*>(OpenKernels());
  return *kKernels;
}

}  // namespace

absl::Status LoadCudaKernels() { return Kernels().status(); }

const CudaKernels* CudaKernelsFor(const at::Tensor& tensor) {
  if (!tensor.is_cuda()) return nullptr;
  if (at::GradMode::is_enabled() && tensor.requires_grad()) return nullptr;
  return Kernels().ok() ? *Kernels() : nullptr;
}

}  // namespace animate::kernels
