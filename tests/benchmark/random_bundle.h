#ifndef ANIMATE_TESTS_BENCHMARK_RANDOM_BUNDLE_H_
#define ANIMATE_TESTS_BENCHMARK_RANDOM_BUNDLE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "engine/pipeline/model_bundle.h"
#include "tests/benchmark/bench_options.h"
#include "tests/benchmark/work_model.h"

namespace animate {

// Returns a model of these shapes with weights drawn in memory, so large that
// values neither vanish nor overflow on their way through. Networks that none
// of `parts` runs are narrow, which saves memory. Errors as LoadModelBundle's.
absl::StatusOr<ModelBundle> RandomBundle(const WorkNetworks& networks,
                                         const ModelOptions& options,
                                         const std::vector<BenchPart>& parts);

}  // namespace animate

#endif  // ANIMATE_TESTS_BENCHMARK_RANDOM_BUNDLE_H_
