#ifndef ANIMATE_TESTS_BENCHMARK_MACHINE_PROBE_H_
#define ANIMATE_TESTS_BENCHMARK_MACHINE_PROBE_H_

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <string>

#include "tests/benchmark/work_model.h"

namespace animate {

// Waits until the device has computed `tensor`.
void WaitFor(const at::Tensor& tensor);

// Measures what `device` does at best through LibTorch: a large matrix product
// in `dtype`, a large copy (bytes read plus bytes written). Throws c10::Error.
Roofline ProbeRoofline(const c10::Device& device, c10::ScalarType dtype);

// "AMD EPYC" or the like; "unknown" where the kernel does not say.
std::string ProcessorName();

}  // namespace animate

#endif  // ANIMATE_TESTS_BENCHMARK_MACHINE_PROBE_H_
