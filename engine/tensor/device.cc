#include "engine/tensor/device.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <cstddef>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace animate {
namespace {

absl::Status OpenCudaLibrary() {
  // RTLD_GLOBAL so that its kernels register with the libtorch_cpu at hand.
  // Never closed: torch keeps pointers into it.
  if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) != nullptr) {
    return absl::OkStatus();
  }
  const char* reason = dlerror();  // NOLINT(concurrency-mt-unsafe)
  return absl::UnavailableError(
      absl::StrCat("LibTorch's CUDA libraries cannot be opened: ",
                   reason == nullptr ? "unknown reason" : reason));
}

}  // namespace

absl::Status LoadCudaRuntime() {
  static const absl::Status* const kStatus =
      new absl::Status(OpenCudaLibrary());
  return *kStatus;
}

std::vector<std::string> ListDevices() {
  std::vector<std::string> devices = {"cpu"};
  for (size_t i = 0; i < at::getNumGPUs(); ++i) {
    devices.push_back(absl::StrCat("cuda:", i));
  }
  return devices;
}

absl::StatusOr<c10::Device> ParseDevice(absl::string_view name) {
  if (name == "cpu") return c10::Device(c10::kCPU);
  const size_t num_gpus = at::getNumGPUs();
  if (name == "auto") {
    return num_gpus > 0 ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU);
  }
  absl::string_view rest = name;
  unsigned index = 0;
  if (!absl::ConsumePrefix(&rest, "cuda") ||
      !(rest.empty() ||
        (absl::ConsumePrefix(&rest, ":") && absl::SimpleAtoi(rest, &index)))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "device must be auto, cpu, cuda or cuda:N: got \"", name, "\""));
  }
  if (index >= num_gpus) {
    return absl::FailedPreconditionError(
        absl::StrCat("device ", name, " is not there; this machine has: ",
                     absl::StrJoin(ListDevices(), ", ")));
  }
  return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
}

absl::StatusOr<c10::ScalarType> ParseDtype(absl::string_view name,
                                           const c10::Device& device) {
  if (name == "auto") return device.is_cpu() ? c10::kFloat : c10::kHalf;
  if (name == "float32") return c10::kFloat;
  if (name == "bfloat16") return c10::kBFloat16;
  if (name == "float16") return c10::kHalf;
  return absl::InvalidArgumentError(absl::StrCat(
      "dtype must be auto, float32, bfloat16 or float16: got \"", name, "\""));
}

std::string DtypeName(c10::ScalarType dtype) {
  switch (dtype) {
    case c10::kFloat:
      return "float32";
    case c10::kBFloat16:
      return "bfloat16";
    case c10::kHalf:
      return "float16";
    default:
      return "other";
  }
}

std::string DeviceName(const c10::Device& device) {
  return device.is_cpu() ? "cpu" : absl::StrCat("cuda:", int{device.index()});
}

}  // namespace animate
