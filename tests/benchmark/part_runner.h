#ifndef ANIMATE_TESTS_BENCHMARK_PART_RUNNER_H_
#define ANIMATE_TESTS_BENCHMARK_PART_RUNNER_H_

#include "absl/status/statusor.h"
#include "engine/pipeline/model_bundle.h"
#include "tests/benchmark/bench_run.h"

namespace animate {

// Runs the parts of a job on made-up pictures and takes the time.
class PartRunner {
 public:
  PartRunner(const ModelBundle& models, const BenchOptions& options)
      : models_(models), options_(options) {}

  // Fills in everything but the work. One run warms up, options.repeat count.
  absl::StatusOr<PartResult> Run(BenchPart part) const;

 private:
  absl::Status RunSteps(PartResult& result) const;
  absl::Status RunJobs(PartResult& result) const;
  absl::Status RunNetwork(BenchPart part, PartResult& result) const;

  const ModelBundle& models_;
  const BenchOptions& options_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_BENCHMARK_PART_RUNNER_H_
