#include "tests/benchmark/machine_probe.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <limits>

namespace animate {
namespace {

constexpr int kProbeRuns = 5;

// The seconds of the fastest of some calls.
template <typename Work>
double FastestSeconds(Work&& work) {
  double fastest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kProbeRuns; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> elapsed =
        std::chrono::steady_clock::now() - start;
    fastest = std::min(fastest, elapsed.count());
  }
  return fastest;
}

}  // namespace

void WaitFor(const at::Tensor& tensor) {
  if (!tensor.is_cpu()) tensor.flatten()[0].item();
}

Roofline ProbeRoofline(const c10::Device& device, c10::ScalarType dtype) {
  const int64_t side = device.is_cpu() ? 1536 : 8192;
  const int64_t copied = device.is_cpu() ? int64_t{1} << 26 : int64_t{1} << 31;
  const at::TensorOptions options(device);
  // Uniform values: multiplying zeros draws less power and runs faster.
  const at::Tensor a = at::rand({side, side}, options).to(dtype);
  const at::Tensor b = at::rand({side, side}, options).to(dtype);
  const double product = FastestSeconds([&] { WaitFor(at::matmul(a, b)); });
  const at::Tensor from =
      at::zeros({copied}, options.dtype(at::kByte)).fill_(1);
  const at::Tensor to = at::zeros({copied}, options.dtype(at::kByte)).fill_(2);
  const double copy = FastestSeconds([&] {
    to.copy_(from);
    WaitFor(to);
  });
  const double n = static_cast<double>(side);
  return {.flops_per_second = 2 * n * n * n / product,
          .bytes_per_second = 2 * static_cast<double>(copied) / copy};
}

std::string ProcessorName() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace animate
