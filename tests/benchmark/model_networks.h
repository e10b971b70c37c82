#ifndef ANIMATE_TESTS_BENCHMARK_MODEL_NETWORKS_H_
#define ANIMATE_TESTS_BENCHMARK_MODEL_NETWORKS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tests/benchmark/work_model.h"

namespace animate {

// Returns the shapes of a named configuration: "animate-anyone", the published
// one, or "nano", as deep but narrow. INVALID_ARGUMENT for another name.
absl::StatusOr<WorkNetworks> NamedNetworks(absl::string_view config);

// Returns the shapes of the model in the folder at `path`. What the folder does
// not say is as published. Errors as FindModelFolder's and the parsers'.
absl::StatusOr<WorkNetworks> NetworksOfFolder(const std::string& path);

}  // namespace animate

#endif  // ANIMATE_TESTS_BENCHMARK_MODEL_NETWORKS_H_
