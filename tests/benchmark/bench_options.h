#ifndef ANIMATE_TESTS_BENCHMARK_BENCH_OPTIONS_H_
#define ANIMATE_TESTS_BENCHMARK_BENCH_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// What animate-bench measures, in the order of a job.
enum class BenchPart {
  kClip,
  kVaeEncode,
  kReference,
  kStep,
  kVaeDecode,
  kJob,
};

// "clip", "vae-encode", "reference", "step", "vae-decode", "job".
absl::string_view BenchPartName(BenchPart part);
absl::StatusOr<BenchPart> ParseBenchPart(absl::string_view name);
std::vector<BenchPart> AllBenchParts();

// The command line of animate-bench.
struct BenchOptions {
  // A model folder, or else the name of a configuration whose weights are drawn
  // in memory (see RandomBundle).
  std::string model_dir;
  std::string config = "animate-anyone";

  int width = 512;   // pixels
  int height = 512;  // pixels
  int frames = 24;
  int steps = 2;  // of the whole job
  double guidance_scale = 3.5;
  std::string dtype = "auto";   // see ParseDtype
  std::string device = "auto";  // see ParseDevice
  int threads = 0;              // of LibTorch; 0: its own choice
  int repeat = 3;               // measured runs, after one that warms up
  std::vector<BenchPart> parts = AllBenchParts();
  bool profile = false;  // one more run of each part under OpProfile
  std::string json;      // a file, "-" for standard output, or empty
};

}  // namespace animate

#endif  // ANIMATE_TESTS_BENCHMARK_BENCH_OPTIONS_H_
