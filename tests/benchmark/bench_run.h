#ifndef ANIMATE_TESTS_BENCHMARK_BENCH_RUN_H_
#define ANIMATE_TESTS_BENCHMARK_BENCH_RUN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/benchmark/bench_options.h"
#include "tests/benchmark/op_profile.h"
#include "tests/benchmark/work_model.h"

namespace animate {

// One part, measured.
struct PartResult {
  BenchPart part = BenchPart::kStep;

  // One entry per run: seconds on the clock, and seconds of all threads of the
  // process, which the load of a shared machine changes less.
  std::vector<double> wall_seconds;
  std::vector<double> cpu_seconds;
  double warm_up_seconds = 0;

  double flops = 0;            // needed, with every exact shortcut
  double reference_flops = 0;  // executed by the Python reference
  double bytes = 0;            // needed, see Work::bytes
  double roofline_seconds = 0;

  int64_t peak_resident_bytes = 0;  // of the process while this part ran
  std::optional<int64_t> peak_device_bytes;

  // With options.profile, of one more run.
  std::vector<OpProfile::Op> ops;
  std::vector<OpProfile::Copy> copies;
};

struct BenchResult {
  BenchOptions options;
  std::string processor;
  std::string libtorch;  // version
  std::string device;    // "cpu", "cuda:0"
  std::string dtype;     // "float32", …
  int threads = 0;
  int64_t parameters = 0;
  double load_seconds = 0;
  int64_t resident_after_load_bytes = 0;
  int64_t peak_load_bytes = 0;
  Roofline roofline;
  std::vector<PartResult> parts;
};

// The middle value; the mean of the middle two. REQUIRES: not empty.
double Median(std::vector<double> values);

// Loads the model and measures options.parts. Errors: those of ParseDevice,
// ParseDtype, LoadModelBundle and Animator.
absl::StatusOr<BenchResult> RunBench(const BenchOptions& options);

}  // namespace animate

#endif  // ANIMATE_TESTS_BENCHMARK_BENCH_RUN_H_
